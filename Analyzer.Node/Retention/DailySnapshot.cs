using Akka.Actor;
using Akka.Event;

namespace Analyzer.Node.Retention;

/// <summary>
/// Has an entity take a snapshot once a day if any event came since its last one. Snapshots after so many events aren't enough: of
/// an entity to which little happens no event could ever go. Older snapshots stay until retention deletes them.
/// </summary>
internal sealed class DailySnapshot : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    private readonly ICancelable _timer;
    private long _covered;

    /// <param name="entity">The entity's context: the entity is sent <see cref="Due"/>.</param>
    public DailySnapshot(IActorContext entity)
    {
        // Not all of them at once after a start.
        var first = TimeSpan.FromMinutes(5 + (Random.Shared.NextDouble() * 60));
        _timer = entity.System.Scheduler.ScheduleTellRepeatedlyCancelable(first, Every, entity.Self, Due.Instance, entity.Self);
    }

    /// <summary>A snapshot was stored, or was recovered from.</summary>
    public void Covers(long sequence) => _covered = Math.Max(_covered, sequence);

    /// <summary>Whether events have come since.</summary>
    public bool IsNeeded(long last) => last > _covered;

    public void Dispose() => _timer.Cancel();

    /// <summary>It's time to look whether a snapshot is needed.</summary>
    public sealed class Due : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Due Instance = new();
    }
}
