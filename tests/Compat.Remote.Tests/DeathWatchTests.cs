using Akka.Actor;
using Akka.Remote;

namespace Compat.Remote.Tests;

public sealed class DeathWatchTests : IAsyncLifetime
{
    private const string Impatient = """
        akka.remote.watch-failure-detector {
          heartbeat-interval = 100 ms
          acceptable-heartbeat-pause = 1 s
          unreachable-nodes-reaper-interval = 100 ms
          expected-response-after = 100 ms
        }
        """;

    private readonly Node _here = Node.Start("here", settings: Impatient);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _here.DisposeAsync();

    [Fact]
    public async Task The_end_of_a_remote_actor_is_told_after_what_it_said_before()
    {
        await using var there = Node.Start("there");
        there.System.ActorOf(Props.Create<LastWordsActor>(), "mortal");
        var probe = new Probe(_here.System);
        var mortal = await Node.FindAsync(_here, there.Address, "/user/mortal");
        probe.Watch(mortal);
        mortal.Tell("die", probe.Ref);
        (await probe.ExpectAsync<string>()).ShouldBe("last words");
        var end = await probe.ExpectAsync<Terminated>();
        end.ActorRef.ShouldBe(mortal);
        end.AddressTerminated.ShouldBeFalse();
    }

    [Fact]
    public async Task Watching_an_actor_that_is_gone_already_tells_so()
    {
        await using var there = Node.Start("there");
        var mortal = there.System.ActorOf(Props.Create<EchoActor>(), "mortal");
        var seen = await Node.FindAsync(_here, there.Address, "/user/mortal");
        (await mortal.GracefulStop(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        var probe = new Probe(_here.System);
        probe.Watch(seen);
        (await probe.ExpectAsync<Terminated>()).ActorRef.ShouldBe(seen);
    }

    [Fact]
    public async Task Who_stopped_watching_hears_nothing()
    {
        await using var there = Node.Start("there");
        there.System.ActorOf(Props.Create<EchoActor>(), "mortal");
        there.System.ActorOf(Props.Create<EchoActor>(), "other");
        var mortal = await Node.FindAsync(_here, there.Address, "/user/mortal");
        var other = await Node.FindAsync(_here, there.Address, "/user/other");
        var probe = new Probe(_here.System);
        probe.Watch(mortal);
        probe.Watch(other);
        probe.Unwatch(mortal);
        mortal.Tell(PoisonPill.Instance);
        other.Tell(PoisonPill.Instance);
        (await probe.ExpectAsync<Terminated>()).ActorRef.ShouldBe(other);
    }

    [Fact]
    public async Task An_orderly_shutdown_reports_all_actors_that_are_watched()
    {
        var there = Node.Start("there");
        there.System.ActorOf(Props.Create<EchoActor>(), "mortal");
        var mortal = await Node.FindAsync(_here, there.Address, "/user/mortal");
        var probe = new Probe(_here.System);
        probe.Watch(mortal);
        (await mortal.Ask<string>("is it watched by now?", TimeSpan.FromSeconds(20))).ShouldNotBeNull();
        await there.DisposeAsync();
        (await probe.ExpectAsync<Terminated>()).ActorRef.ShouldBe(mortal);
    }

    [Fact]
    public async Task A_killed_process_is_noticed_and_its_address_works_again_when_it_is_started_anew()
    {
        using var first = ChildProcess.Start(port: 0);
        var address = await first.AddressAsync();
        var echo = await Node.FindAsync(_here, address, "/user/echo");
        var probe = new Probe(_here.System);
        probe.Watch(echo);
        (await echo.Ask<string>("alive", TimeSpan.FromSeconds(20))).ShouldBe("alive");
        var quarantined = _here.Listen<QuarantinedEvent>();

        first.Kill();
        var end = await probe.ExpectAsync<Terminated>();
        end.ActorRef.ShouldBe(echo);
        end.AddressTerminated.ShouldBeTrue();
        (await quarantined.ExpectAsync<QuarantinedEvent>()).Address.ShouldBe(address);

        using var second = ChildProcess.Start(address.Port!.Value);
        (await second.AddressAsync()).ShouldBe(address);
        var found = await Node.FindAsync(_here, address, "/user/echo");
        found.ShouldNotBe(echo);
        (await found.Ask<string>("alive again", TimeSpan.FromSeconds(20))).ShouldBe("alive again");
        probe.Watch(found);
        found.Tell(PoisonPill.Instance);
        (await probe.ExpectAsync<Terminated>()).ActorRef.ShouldBe(found);
    }

    [Fact]
    public async Task A_frozen_process_is_quarantined_and_told_so_when_it_wakes()
    {
        using var child = ChildProcess.Start(port: 0);
        var address = await child.AddressAsync();
        var echo = await Node.FindAsync(_here, address, "/user/echo");
        var probe = new Probe(_here.System);
        probe.Watch(echo);
        (await echo.Ask<string>("awake", TimeSpan.FromSeconds(20))).ShouldBe("awake");
        var quarantined = _here.Listen<QuarantinedEvent>();

        child.Suspend();
        (await probe.ExpectAsync<Terminated>()).AddressTerminated.ShouldBeTrue();
        (await quarantined.ExpectAsync<QuarantinedEvent>()).Address.ShouldBe(address);
        child.Resume();
        // It is spoken to once more, and refused when it is recognised.
        _here.System.ActorSelection(address + "/user/echo").Tell("are you the same?", probe.Ref);
        await child.QuarantinedAsync();
    }

    private sealed class LastWordsActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Sender.Tell("last words");
            Context.Stop(Self);
        }
    }
}
