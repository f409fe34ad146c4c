using Akka.Actor;
using Akka.Persistence;
using Compat.Persistence.Tests.Kit;

namespace Compat.Persistence.Tests.Stores;

/// <summary>What every journal with its snapshot store does, in memory and in each database.</summary>
public abstract class StoreSpec : Systems
{
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private ActorSystem? _system;
    private Probe? _probe;

    /// <summary>akka.persistence with the plugins under test.</summary>
    protected abstract string Hocon { get; }

    protected ActorSystem System => _system ??= Start(Hocon);

    protected Probe Probe => _probe ??= new Probe(System);

    /// <summary>A persistence id of this test alone.</summary>
    protected string Id(string name) => $"{name}-{_run}";

    [Fact]
    public async Task What_was_persisted_is_recovered_in_its_order()
    {
        var first = await StartTeller(Id("a"), "recovered  at 0");
        foreach (var word in new[] { "a", "b", "c" })
            await Ask(first, new Say(word), $"said {word}");
        await Stop(first);

        await StartTeller(Id("a"), "recovered abc at 3");
    }

    [Fact]
    public async Task Actors_recover_their_own_events_only()
    {
        var one = await StartTeller(Id("one"), "recovered  at 0");
        var other = await StartTeller(Id("other"), "recovered  at 0");
        await Ask(one, new Say("x"), "said x");
        await Ask(other, new Say("y"), "said y");
        await Stop(one);
        await Stop(other);

        await StartTeller(Id("other"), "recovered y at 1");
        await StartTeller(Id("one"), "recovered x at 1");
    }

    [Fact]
    public async Task Events_persisted_together_are_handled_in_their_order()
    {
        var teller = await StartTeller(Id("all"), "recovered  at 0");
        teller.Tell(new SayAll("1", "2", "3"), Probe.Ref);
        teller.Tell(new Say("4"), Probe.Ref);
        foreach (var word in new[] { "1", "2", "3", "4" })
            await Probe.Expect($"said {word}");
        await Stop(teller);

        await StartTeller(Id("all"), "recovered 1234 at 4");
    }

    [Fact]
    public async Task A_tagged_event_is_recovered_without_its_tags()
    {
        var teller = await StartTeller(Id("tagged"), "recovered  at 0");
        await Ask(teller, new SayTagged("t", "red", "green"), "said t");
        await Stop(teller);

        await StartTeller(Id("tagged"), "recovered t at 1");
    }

    [Fact]
    public async Task A_snapshot_stands_for_the_events_before_it()
    {
        var teller = await StartTeller(Id("snap"), "recovered  at 0");
        await Ask(teller, new SayAll("a"), "said a");
        await Ask(teller, new Say("b"), "said b");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 2");
        await Ask(teller, new Say("c"), "said c");
        await Stop(teller);

        var again = System.ActorOf(Teller.Of(Id("snap"), Probe));
        await Probe.Expect("offered 2");
        await Probe.Expect("recovered abc at 3");
        await Stop(again);
    }

    [Fact]
    public async Task Recovery_can_end_at_an_earlier_event()
    {
        var teller = await StartTeller(Id("early"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        await Ask(teller, new Say("b"), "said b");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 2");
        await Ask(teller, new Say("c"), "said c");
        await Ask(teller, new Say("d"), "said d");
        await Stop(teller);

        // The state at event 3; the number goes on after the last event that is stored.
        System.ActorOf(Teller.Of(Id("early"), Probe, new Recovery(SnapshotSelectionCriteria.Latest, 3)));
        await Probe.Expect("offered 2");
        await Probe.Expect("recovered abc at 4");
    }

    [Fact]
    public async Task Recovery_can_leave_snapshots_aside()
    {
        var teller = await StartTeller(Id("aside"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 1");
        await Stop(teller);

        System.ActorOf(Teller.Of(Id("aside"), Probe, new Recovery(SnapshotSelectionCriteria.None)));
        await Probe.Expect("recovered a at 1");
    }

    [Fact]
    public async Task Dropped_snapshots_are_not_offered()
    {
        var teller = await StartTeller(Id("drop"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 1");
        await Ask(teller, new Say("b"), "said b");
        teller.Tell(new TakeSnapshot());
        await Probe.Expect("saved 2");
        teller.Tell(new DropSnapshots(new SnapshotSelectionCriteria(2, DateTime.MaxValue, 2, DateTime.MinValue)));
        await Probe.Expect("dropped");
        await Stop(teller);

        System.ActorOf(Teller.Of(Id("drop"), Probe));
        await Probe.Expect("offered 1");
        await Probe.Expect("recovered ab at 2");
    }

    [Fact]
    public async Task Deleted_events_are_gone_and_their_numbers_are_not_given_again()
    {
        var teller = await StartTeller(Id("deleted"), "recovered  at 0");
        foreach (var word in new[] { "a", "b", "c" })
            await Ask(teller, new Say(word), $"said {word}");
        teller.Tell(new Forget(2));
        await Probe.Expect("forgot 2");
        await Stop(teller);
        var again = await StartTeller(Id("deleted"), "recovered c at 3");

        again.Tell(new Forget(3));
        await Probe.Expect("forgot 3");
        await Stop(again);
        var third = await StartTeller(Id("deleted"), "recovered  at 3");
        await Ask(third, new Say("d"), "said d");
        await Stop(third);

        await StartTeller(Id("deleted"), "recovered d at 4");
    }

    [Fact]
    public async Task Events_that_are_not_there_yet_cannot_be_deleted()
    {
        var teller = await StartTeller(Id("beyond"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        teller.Tell(new Forget(2));

        await Probe.Expect("not forgotten 2");
    }

    [Fact]
    public async Task Many_actors_write_at_the_same_time()
    {
        var tellers = Enumerable.Range(0, 50).Select(i => System.ActorOf(Teller.Of(Id($"many{i}"), Probe))).ToArray();
        foreach (var _ in tellers)
            await Probe.Expect<string>();
        foreach (var round in Enumerable.Range(0, 20))
        {
            foreach (var teller in tellers)
                teller.Tell(new Say($"{round % 10}"), ActorRefs.NoSender);
        }

        foreach (var teller in tellers)
            (await teller.Ask<string>(new GetStory(), TimeSpan.FromSeconds(30))).ShouldBe("01234567890123456789");
        await Stop(tellers[7]);
        await StartTeller(Id("many7"), "recovered 01234567890123456789 at 20");
    }

    [Fact]
    public async Task More_events_than_a_page_holds_are_recovered_in_their_order()
    {
        var teller = await StartTeller(Id("long"), "recovered  at 0");
        var words = Enumerable.Range(0, 2500).Select(i => $"{i},").ToArray();
        teller.Tell(new SayAll(words), ActorRefs.NoSender);
        (await teller.Ask<string>(new GetStory(), TimeSpan.FromSeconds(30))).ShouldBe(string.Concat(words));
        await Stop(teller);

        await StartTeller(Id("long"), $"recovered {string.Concat(words)} at 2500");
    }

    protected async Task<IActorRef> StartTeller(string id, string recovered)
    {
        var teller = System.ActorOf(Teller.Of(id, Probe));
        await Probe.Expect(recovered);
        return teller;
    }

    protected async Task Ask(IActorRef teller, object command, string answer) =>
        (await teller.Ask<string>(command, TimeSpan.FromSeconds(20))).ShouldBe(answer);

    protected async Task Stop(IActorRef teller)
    {
        await Probe.WatchFor(teller);
        System.Stop(teller);
        await Probe.Expect<Terminated>();
    }
}
