using Akka.Actor;
using Akka.Persistence.Journal;
using Compat.Persistence.Tests.Kit;

namespace Compat.Persistence.Tests.Actors;

public sealed class EventAdapterTests : Systems
{
    [Fact]
    public async Task Events_go_into_the_journal_and_come_back_through_the_adapters_of_their_type()
    {
        var system = Start("""
            akka.persistence {
              journal.plugin = "akka.persistence.journal.inmem"
              journal.inmem {
                event-adapters { doubling = "Compat.Persistence.Tests.Actors.Doubling, Compat.Persistence.Tests" }
                event-adapter-bindings { "Compat.Persistence.Tests.Kit.Said, Compat.Persistence.Tests" = doubling }
              }
              snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            }
            """);
        var probe = new Probe(system);
        var teller = system.ActorOf(Teller.Of("adapted", probe));
        await probe.Expect("recovered  at 0");
        teller.Tell(new Say("a"), probe.Ref);

        // The handler gets what the actor persisted.
        await probe.Expect("said a");
        await probe.WatchFor(teller);
        system.Stop(teller);
        await probe.Expect<Terminated>();

        system.ActorOf(Teller.Of("adapted", probe));
        await probe.Expect("recovered [a][a] at 1");
    }
}

/// <summary>Puts brackets around what goes into the journal, and gives it back twice.</summary>
public sealed class Doubling : IEventAdapter
{
    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => new Said($"[{((Said)evt).Text}]");

    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Create(evt, evt);
}
