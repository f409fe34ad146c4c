using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote;

namespace Compat.Remote.Tests;

/// <summary>Both systems are reached through links that the test cuts and mends; nobody is held to be gone meanwhile.</summary>
public sealed class BrokenLinkTests : IAsyncLifetime
{
    private readonly FlakyLink _toHere = new();
    private readonly FlakyLink _toThere = new();
    private Node _here = null!;
    private Node _there = null!;

    public Task InitializeAsync()
    {
        _here = StartBehind(_toHere, "here");
        _there = StartBehind(_toThere, "there");
        _there.System.ActorOf(Props.Create<EchoActor>(), "echo");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _toHere.Mend();
        _toThere.Mend();
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _toHere.Dispose();
        _toThere.Dispose();
    }

    [Fact]
    public async Task A_system_is_known_by_its_public_port()
    {
        _there.Address.Port.ShouldBe(_toThere.Port);
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        (await echo.Ask<string>("through the link", TimeSpan.FromSeconds(20))).ShouldBe("through the link");
    }

    [Fact]
    public async Task Messages_flow_again_once_the_link_is_mended()
    {
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        var gone = _here.Listen<DisassociatedEvent>();
        _toThere.Cut();
        echo.Tell("into the broken link");
        await gone.FishAsync<DisassociatedEvent>(e => !e.IsInbound);
        _toThere.Mend();
        var again = await Node.FindAsync(_here, _there.Address, "/user/echo");
        again.ShouldBe(echo);
        (await echo.Ask<string>("again", TimeSpan.FromSeconds(20))).ShouldBe("again");
    }

    [Fact]
    public async Task A_death_during_an_outage_is_told_once_after_it()
    {
        var mortal = _there.System.ActorOf(Props.Create<EchoActor>(), "mortal");
        var seen = await Node.FindAsync(_here, _there.Address, "/user/mortal");
        var probe = new Probe(_here.System, "watcher");
        probe.Watch(seen);
        (await seen.Ask<string>("is it watched by now?", TimeSpan.FromSeconds(20))).ShouldNotBeNull();
        var gone = _here.Listen<DisassociatedEvent>();
        _toHere.Cut();
        _toThere.Cut();
        await gone.FishAsync<DisassociatedEvent>();
        (await mortal.GracefulStop(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        _toHere.Mend();
        _toThere.Mend();
        var end = await probe.ExpectAsync<Terminated>();
        end.ActorRef.ShouldBe(seen);
        end.AddressTerminated.ShouldBeFalse();
        // Were it told twice, the second would be here before the answer.
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        echo.Tell("next", probe.Ref);
        (await probe.ExpectAsync<string>()).ShouldBe("next");
    }

    [Fact]
    public async Task A_watch_that_is_asked_for_during_an_outage_holds_after_it()
    {
        var mortal = _there.System.ActorOf(Props.Create<EchoActor>(), "mortal");
        var seen = await Node.FindAsync(_here, _there.Address, "/user/mortal");
        var gone = _here.Listen<DisassociatedEvent>();
        _toThere.Cut();
        seen.Tell("to notice the cut");
        await gone.FishAsync<DisassociatedEvent>(e => !e.IsInbound);
        var probe = new Probe(_here.System, "watcher");
        probe.Watch(seen);
        _toThere.Mend();
        _there.System.Stop(mortal);
        (await probe.ExpectAsync<Terminated>()).ActorRef.ShouldBe(seen);
    }

    private static Node StartBehind(FlakyLink link, string name)
    {
        // The link has to know the port before anyone asks for it.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        link.Target = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        return Node.Start(name, link.Target, $"akka.remote.dot-netty.tcp.public-port = {link.Port}");
    }
}
