using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>What every journal does to events on their way in and out: its event adapters.</summary>
public abstract class WriteJournalBase : ActorBase
{
    private EventAdapters? _adapters;

    private protected PersistenceExtension Extension { get; }

    protected WriteJournalBase() => Extension = Persistence.Instance.Apply(Context.System);

    private EventAdapters Adapters => _adapters ?? throw new InvalidOperationException("The journal adapts events before it received its first message.");

    /// <summary>Looks the adapters up: on the actor's thread, since events are adapted on others too.</summary>
    private protected void FindAdapters() => _adapters ??= Extension.AdaptersFor(Self.Path.Name);

    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables)
    {
        foreach (var envelope in resequenceables)
        {
            if (envelope is AtomicWrite write)
                yield return new AtomicWrite([.. write.Events.Select(AdaptToJournal)]);
        }
    }

    protected IPersistentRepresentation AdaptToJournal(IPersistentRepresentation representation)
    {
        var payload = representation.Payload;
        var adapter = Adapters.Get(payload.GetType());
        var stamped = representation.WithTimestamp(DateTime.UtcNow.Ticks);
        return adapter == IdentityEventAdapter.Instance
            ? stamped
            : stamped.WithPayload(adapter.ToJournal(payload)).WithManifest(adapter.Manifest(payload));
    }

    protected IEnumerable<IPersistentRepresentation> AdaptFromJournal(IPersistentRepresentation representation)
    {
        var payload = representation.Payload;
        var adapter = Adapters.Get(payload.GetType());
        return adapter == IdentityEventAdapter.Instance
            ? [representation]
            : adapter.FromJournal(payload, representation.Manifest).Events.Select(representation.WithPayload);
    }
}
