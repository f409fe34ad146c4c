using Akka.Actor;
using Akka.Event;
using Google.Protobuf.WellKnownTypes;

namespace Compat.Remote.Tests;

public sealed class MessagingTests : IAsyncLifetime
{
    private readonly Node _here = Node.Start("here");
    private readonly Node _there = Node.Start("there");

    public Task InitializeAsync()
    {
        _there.System.ActorOf(Props.Create<EchoActor>(), "echo");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [Fact]
    public async Task A_message_reaches_an_actor_of_another_system_and_the_answer_comes_back()
    {
        var probe = new Probe(_here.System, "asker");
        Node.Select(_here, _there, "/user/echo").Tell("hello", probe.Ref);
        (await probe.ExpectAsync<string>()).ShouldBe("hello");
        probe.LastSender.Path.Address.ShouldBe(_there.Address);
        probe.LastSender.Path.ToStringWithoutAddress().ShouldBe("/user/echo");
    }

    [Fact]
    public async Task A_resolved_ref_is_asked_directly()
    {
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        (await echo.Ask<int>(41, TimeSpan.FromSeconds(20))).ShouldBe(41);
        (await echo.Ask<long>(1L << 40, TimeSpan.FromSeconds(20))).ShouldBe(1L << 40);
        (await echo.Ask<StringValue>(new StringValue { Value = "proto" }, TimeSpan.FromSeconds(20))).Value.ShouldBe("proto");
        (await echo.Ask<byte[]>(new byte[] { 1, 2, 3 }, TimeSpan.FromSeconds(20))).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Messages_of_one_pair_arrive_in_order()
    {
        const int Count = 50_000;
        var probe = new Probe(_there.System, "ordered");
        var target = await Node.FindAsync(_here, _there.Address, "/user/ordered");
        for (var i = 0; i < Count; i++)
            target.Tell(i, ActorRefs.NoSender);
        for (var i = 0; i < Count; i++)
            (await probe.ExpectAsync<int>()).ShouldBe(i);
    }

    [Fact]
    public async Task A_ref_inside_a_message_leads_back_to_its_actor()
    {
        var probe = new Probe(_here.System, "owner");
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        // It goes out as this system's ref and comes back as the same.
        var back = await echo.Ask<IActorRef>(probe.Ref, TimeSpan.FromSeconds(20));
        back.ShouldBe(probe.Ref);
        var receiver = new Probe(_there.System, "receiver");
        (await Node.FindAsync(_here, _there.Address, "/user/receiver")).Tell(probe.Ref);
        var seen = await receiver.FishAsync<IActorRef>();
        seen.Path.Address.ShouldBe(_here.Address);
        seen.Tell("found you", receiver.Ref);
        (await probe.ExpectAsync<string>()).ShouldBe("found you");
    }

    [Fact]
    public async Task Identify_tells_who_is_there_and_who_is_not()
    {
        var probe = new Probe(_here.System);
        Node.Select(_here, _there, "/user/echo").Tell(new Identify("a"), probe.Ref);
        var found = await probe.ExpectAsync<ActorIdentity>();
        found.MessageId.ShouldBe("a");
        found.Subject.Path.Name.ShouldBe("echo");
        Node.Select(_here, _there, "/user/nobody").Tell(new Identify("b"), probe.Ref);
        var missing = await probe.ExpectAsync<ActorIdentity>();
        missing.MessageId.ShouldBe("b");
        missing.Subject.ShouldBeNull();
    }

    [Fact]
    public async Task A_selection_with_a_wildcard_reaches_all_that_match()
    {
        var first = new Probe(_there.System, "worker-1");
        var second = new Probe(_there.System, "worker-2");
        Node.Select(_here, _there, "/user/worker-*").Tell("all", ActorRefs.NoSender);
        (await first.ExpectAsync<string>()).ShouldBe("all");
        (await second.ExpectAsync<string>()).ShouldBe("all");
    }

    [Fact]
    public async Task A_failure_keeps_its_message()
    {
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        var failed = await Should.ThrowAsync<Exception>(() => echo.Ask<string>(new Status.Failure(new InvalidOperationException("the reason")), TimeSpan.FromSeconds(20)));
        failed.ToString().ShouldContain("the reason");
    }

    [Fact]
    public async Task A_poison_pill_stops_a_remote_actor()
    {
        var victim = new Probe(_there.System, "victim");
        var watcher = new Probe(_there.System);
        watcher.Watch(victim.Ref);
        (await Node.FindAsync(_here, _there.Address, "/user/victim")).Tell(PoisonPill.Instance);
        (await watcher.ExpectAsync<Terminated>()).ActorRef.ShouldBe(victim.Ref);
    }

    [Fact]
    public async Task An_actor_that_was_replaced_at_its_path_is_not_taken_for_its_predecessor()
    {
        var first = new Probe(_there.System, "place");
        var old = await Node.FindAsync(_here, _there.Address, "/user/place");
        var watcher = new Probe(_there.System);
        watcher.Watch(first.Ref);
        _there.System.Stop(first.Ref);
        await watcher.ExpectAsync<Terminated>();
        var second = new Probe(_there.System, "place");
        var letters = _there.Listen<DeadLetter>();
        old.Tell("for the first");
        (await letters.FishAsync<DeadLetter>(l => l.Message is "for the first")).Recipient.Path.Name.ShouldBe("place");
        Node.Select(_here, _there, "/user/place").Tell("for whoever is there", ActorRefs.NoSender);
        (await second.FishAsync<string>()).ShouldBe("for whoever is there");
    }

    [Fact]
    public async Task Big_messages_arrive_and_oversized_ones_are_dropped_without_harm_to_others()
    {
        var errors = _here.Listen<Error>();
        var echo = await Node.FindAsync(_here, _there.Address, "/user/echo");
        var big = new byte[100_000];
        Random.Shared.NextBytes(big);
        (await echo.Ask<byte[]>(big, TimeSpan.FromSeconds(20))).ShouldBe(big);
        echo.Tell(new byte[200_000]);
        var error = await errors.FishAsync<Error>();
        error.ToString().ShouldContain("System.Byte[]");
        (await echo.Ask<string>("still here", TimeSpan.FromSeconds(20))).ShouldBe("still here");
    }

    [Fact]
    public async Task Messages_to_an_address_where_nobody_listens_become_dead_letters()
    {
        var gone = Node.Start("gone");
        var address = gone.Address;
        await gone.DisposeAsync();
        var letters = _here.Listen<DeadLetter>();
        _here.System.ActorSelection(address + "/user/x").Tell("lost", ActorRefs.NoSender);
        await letters.FishAsync<DeadLetter>(l => l.Message.ToString()!.Contains("lost", StringComparison.Ordinal));
    }
}
