using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace Analyzer.Node.Retention;

/// <summary>
/// An event-sourced actor with snapshots that stand for its events: one after so many events, and one a day if any event came
/// since its last one. Those after so many aren't enough: of an entity to which little happens no event could ever go. Older
/// snapshots stay until retention deletes them.
/// </summary>
internal abstract class SnapshottedActor : ReceivePersistentActor
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    private readonly ICancelable _daily;
    private long _covered;

    protected SnapshottedActor()
    {
        // Not all of them at once after a start.
        var first = TimeSpan.FromMinutes(5 + (Random.Shared.NextDouble() * 60));
        _daily = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(first, Every, Self, SnapshotDue.Instance, Self);
        Command<SaveSnapshotSuccess>(saved => Covers(saved.Metadata.SequenceNr));
        Command<SnapshotDue>(_ => OnSnapshotDue());
        Command<HandOver>(handOver => DeferAsync(handOver, _ => Context.Stop(Self)));
    }

    /// <summary>The state, as it's stored.</summary>
    protected abstract object ToSnapshot();

    /// <summary>Recovers from a snapshot.</summary>
    protected void RecoverSnapshot<T>(Action<T> recover) => Recover<SnapshotOffer>(offer =>
    {
        recover((T)offer.Snapshot);
        Covers(offer.Metadata.SequenceNr);
    });

    /// <summary>Takes a snapshot where so many events have come since the last such one; called after each event.</summary>
    protected void SnapshotAfter(int events)
    {
        if (LastSequenceNr % events == 0)
        {
            TakeSnapshot();
        }
    }

    protected void TakeSnapshot() => SaveSnapshot(ToSnapshot());

    protected override void PostStop()
    {
        _daily.Cancel();
        base.PostStop();
    }

    private void OnSnapshotDue()
    {
        if (LastSequenceNr > _covered)
        {
            TakeSnapshot();
        }
    }

    private void Covers(long sequence) => _covered = Math.Max(_covered, sequence);

    /// <summary>Another analyzer takes over: ends once all that's on its way to the journal is there, so that its successor finds it.</summary>
    public sealed class HandOver : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly HandOver Instance = new();
    }

    /// <summary>It's time to look whether a snapshot is needed.</summary>
    public sealed class SnapshotDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly SnapshotDue Instance = new();
    }
}
