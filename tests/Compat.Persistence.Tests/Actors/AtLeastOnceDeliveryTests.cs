using Akka.Actor;
using Akka.Persistence;
using Compat.Persistence.Tests.Kit;

namespace Compat.Persistence.Tests.Actors;

public sealed class AtLeastOnceDeliveryTests : Systems
{
    private readonly ActorSystem _system;
    private readonly Probe _probe;
    private readonly Probe _destination;

    public AtLeastOnceDeliveryTests()
    {
        _system = Start("""
            akka.persistence {
              journal.plugin = "akka.persistence.journal.inmem"
              snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
              at-least-once-delivery { redeliver-interval = 100ms, warn-after-number-of-unconfirmed-attempts = 3, max-unconfirmed-messages = 2 }
            }
            """);
        _probe = new Probe(_system);
        _destination = new Probe(_system);
    }

    [Fact]
    public async Task A_message_is_sent_again_until_it_is_confirmed()
    {
        var sender = StartCourier("again");
        sender.Tell(new Send("hello"));
        (await _destination.Expect<Parcel>()).ShouldBe(new Parcel(1, "hello"));
        (await _destination.Expect<Parcel>()).ShouldBe(new Parcel(1, "hello"));
        sender.Tell(new Arrived(1));
        await _probe.Expect("confirmed 1: True, 0 left");
    }

    [Fact]
    public async Task An_unconfirmed_message_is_sent_with_the_same_id_after_a_restart()
    {
        var sender = StartCourier("restart");
        sender.Tell(new Send("hello"));
        await _destination.Expect<Parcel>();
        await _probe.WatchFor(sender);
        _system.Stop(sender);
        await _probe.Expect<Terminated>();
        var again = StartCourier("restart");
        again.Tell(new Send("more"));

        Parcel parcel;
        do
        {
            parcel = await _destination.Expect<Parcel>();
        }
        while (parcel.Text != "more");
        parcel.Id.ShouldBe(2);
    }

    [Fact]
    public async Task A_confirmed_message_is_not_sent_after_a_restart()
    {
        var sender = StartCourier("confirmed");
        sender.Tell(new Send("one"));
        await _destination.Expect<Parcel>();
        sender.Tell(new Arrived(1));
        await _probe.Expect("confirmed 1: True, 0 left");
        await _probe.WatchFor(sender);
        _system.Stop(sender);
        await _probe.Expect<Terminated>();

        var again = StartCourier("confirmed");
        (await again.Ask<int>("count", TimeSpan.FromSeconds(20))).ShouldBe(0);
    }

    [Fact]
    public async Task After_so_many_attempts_there_is_a_warning()
    {
        var sender = StartCourier("warning");
        sender.Tell(new Send("hello"));

        await _probe.Expect("unconfirmed 1: hello");
    }

    [Fact]
    public async Task Too_many_unconfirmed_messages_are_refused()
    {
        var sender = StartCourier("many");
        foreach (var text in new[] { "a", "b", "c" })
            sender.Tell(new Send(text));

        await _probe.Expect("too many");
    }

    [Fact]
    public async Task A_delivery_snapshot_keeps_what_is_unconfirmed()
    {
        var sender = StartCourier("snapshot");
        sender.Tell(new Send("hello"));
        await _destination.Expect<Parcel>();
        var snapshot = await sender.Ask<AtLeastOnceDeliverySnapshot>("snapshot", TimeSpan.FromSeconds(20));

        snapshot.CurrentDeliveryId.ShouldBe(1);
        snapshot.UnconfirmedDeliveries.ShouldHaveSingleItem().Message.ShouldBe(new Parcel(1, "hello"));
        snapshot.UnconfirmedDeliveries[0].Destination.ToStringWithoutAddress().ShouldBe(_destination.Ref.Path.ToStringWithoutAddress());
    }

    private IActorRef StartCourier(string id) => _system.ActorOf(Props.Create(() => new Courier(id, _destination.Ref.Path, _probe.Ref)));

    private sealed record Send(string Text);

    private sealed record Arrived(long Id);

    private sealed record Parcel(long Id, string Text);

    private sealed class Courier : AtLeastOnceDeliveryReceiveActor
    {
        public Courier(string persistenceId, ActorPath destination, IActorRef probe)
        {
            PersistenceId = persistenceId;
            Recover<Send>(send => Deliver(destination, id => new Parcel(id, send.Text)));
            Recover<Arrived>(arrived => ConfirmDelivery(arrived.Id));
            Command<Send>(send => Persist(send, persisted =>
            {
                try
                {
                    Deliver(destination, id => new Parcel(id, persisted.Text));
                }
                catch (MaxUnconfirmedMessagesExceededException)
                {
                    probe.Tell("too many");
                }
            }));
            Command<Arrived>(arrived => Persist(arrived, persisted => probe.Tell($"confirmed {persisted.Id}: {ConfirmDelivery(persisted.Id)}, {UnconfirmedCount} left")));
            Command<UnconfirmedWarning>(warning => probe.Tell($"unconfirmed {string.Join(", ", warning.UnconfirmedDeliveries.Select(d => $"{d.DeliveryId}: {((Parcel)d.Message).Text}"))}"));
            Command<string>(_ => Sender.Tell(UnconfirmedCount), question => question == "count");
            Command<string>(_ => Sender.Tell(GetDeliverySnapshot()), question => question == "snapshot");
        }

        public override string PersistenceId { get; }
    }
}
