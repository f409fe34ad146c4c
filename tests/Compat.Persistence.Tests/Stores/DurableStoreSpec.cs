using Akka.Actor;
using Compat.Persistence.Tests.Kit;

namespace Compat.Persistence.Tests.Stores;

/// <summary>What every database does beyond that.</summary>
public abstract class DurableStoreSpec : StoreSpec
{
    [Fact]
    public async Task Another_actor_system_finds_what_was_stored()
    {
        var teller = await StartTeller(Id("durable"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 1");
        await Ask(teller, new SayTagged("b", "red"), "said b");
        await System.Terminate();

        var later = Start(Hocon);
        var probe = new Probe(later);
        later.ActorOf(Teller.Of(Id("durable"), probe));
        await probe.Expect("offered 1");
        await probe.Expect("recovered ab at 2");
    }

    [Fact]
    public async Task An_event_that_cannot_be_serialized_is_rejected_and_the_actor_goes_on()
    {
        var teller = await StartTeller(Id("rejected"), "recovered  at 0");
        teller.Tell(new SayUnspeakable("horror"), Probe.Ref);
        (await Probe.Expect<string>()).ShouldStartWith("rejected horror at 1: ");
        await Ask(teller, new Say("b"), "said b");
        await Stop(teller);

        await StartTeller(Id("rejected"), "recovered b at 2");
    }

    [Fact]
    public async Task A_second_writer_of_the_same_id_is_stopped_and_the_first_goes_on()
    {
        var first = await StartTeller(Id("same"), "recovered  at 0");
        var second = await StartTeller(Id("same"), "recovered  at 0");
        await Ask(first, new Say("a"), "said a");
        await Probe.WatchFor(second);
        second.Tell(new Say("b"), ActorRefs.NoSender);

        await Probe.Expect("failed b");
        await Probe.Expect<Terminated>();
        await Ask(first, new Say("c"), "said c");
        await Stop(first);
        await StartTeller(Id("same"), "recovered ac at 2");
    }
}
