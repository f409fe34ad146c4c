using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace Compat.Remote.Tests;

public sealed class AssociationTests
{
    [Fact]
    public async Task Both_sides_publish_that_they_are_associated()
    {
        await using var here = Node.Start("here");
        await using var there = Node.Start("there");
        var outbound = here.Listen<AssociatedEvent>();
        var inbound = there.Listen<AssociatedEvent>();
        there.System.ActorOf(Props.Create<EchoActor>(), "echo");
        await Node.FindAsync(here, there.Address, "/user/echo");
        (await outbound.FishAsync<AssociatedEvent>(e => !e.IsInbound)).RemoteAddress.ShouldBe(there.Address);
        (await inbound.FishAsync<AssociatedEvent>(e => e.IsInbound)).RemoteAddress.ShouldBe(here.Address);
    }

    [Fact]
    public async Task A_system_that_went_away_is_published_as_disassociated()
    {
        await using var here = Node.Start("here");
        var there = Node.Start("there");
        there.System.ActorOf(Props.Create<EchoActor>(), "echo");
        await Node.FindAsync(here, there.Address, "/user/echo");
        var events = here.Listen<DisassociatedEvent>();
        await there.DisposeAsync();
        (await events.FishAsync<DisassociatedEvent>()).RemoteAddress.ShouldBe(there.Address);
    }

    [Fact]
    public async Task A_restarted_system_at_the_same_address_is_talked_to_again()
    {
        await using var here = Node.Start("here");
        var first = Node.Start("there");
        first.System.ActorOf(Props.Create<EchoActor>(), "echo");
        await Node.FindAsync(here, first.Address, "/user/echo");
        var uid = first.Uid;
        await first.DisposeAsync();
        await using var second = Node.Start("there", first.Address.Port!.Value);
        second.Uid.ShouldNotBe(uid);
        second.System.ActorOf(Props.Create<EchoActor>(), "echo");
        var echo = await Node.FindAsync(here, second.Address, "/user/echo");
        (await echo.Ask<string>("again", TimeSpan.FromSeconds(20))).ShouldBe("again");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_clear_error_at_the_start()
    {
        await using var first = Node.Start("here");
        Should.Throw<Exception>(() => Node.Start("other", first.Address.Port!.Value));
    }

    [Fact]
    public async Task Messages_to_a_system_of_another_name_at_the_address_do_not_arrive()
    {
        await using var here = Node.Start("here");
        await using var there = Node.Start("there");
        var probe = new Probe(there.System, "probe");
        var wrong = there.Address.WithSystem("impostor");
        here.System.ActorSelection(wrong + "/user/probe").Tell("not for you", ActorRefs.NoSender);
        Node.Select(here, there, "/user/probe").Tell("for you", ActorRefs.NoSender);
        (await probe.ExpectAsync<string>()).ShouldBe("for you");
    }

    [Fact]
    public async Task What_was_told_before_the_shutdown_is_sent()
    {
        var here = Node.Start("here");
        await using var there = Node.Start("there");
        var probe = new Probe(there.System, "probe");
        var target = await Node.FindAsync(here, there.Address, "/user/probe");
        for (var i = 0; i < 10_000; i++)
            target.Tell(i, ActorRefs.NoSender);
        await here.DisposeAsync();
        for (var i = 0; i < 10_000; i++)
            (await probe.ExpectAsync<int>()).ShouldBe(i);
    }

    [Fact]
    public async Task A_message_without_a_reader_is_logged_and_later_ones_arrive()
    {
        await using var here = Node.Start("here", settings: """
            akka.actor.serializers.test = "Compat.Remote.Tests.OneWaySerializer, Compat.Remote.Tests"
            akka.actor.serialization-bindings { "Compat.Remote.Tests.Unreadable, Compat.Remote.Tests" = test }
            """);
        await using var there = Node.Start("there");
        var errors = there.Listen<LogEvent>();
        var probe = new Probe(there.System, "probe");
        var target = await Node.FindAsync(here, there.Address, "/user/probe");
        target.Tell(new Unreadable(), ActorRefs.NoSender);
        target.Tell("readable", ActorRefs.NoSender);
        (await probe.ExpectAsync<string>()).ShouldBe("readable");
        await errors.FishAsync<LogEvent>(e => e.LogLevel() >= LogLevel.WarningLevel && e.ToString()!.Contains("4711", StringComparison.Ordinal));
    }
}
