using Shared.Messages.Configuration;

namespace Analyzer.Node.Retention;

/// <summary>What's to be deleted next: an entity's events before one of its snapshots, and then its snapshots before that one.</summary>
/// <param name="Id">The entity's persistence id.</param>
/// <param name="Before">The sequence number of the snapshot that stands for what goes; it stays, and so does the event it was taken after.</param>
internal readonly record struct RetentionStep(string Id, long Before);

/// <summary>
/// What retention decides, from what is kept: of all entities, the one goes first whose oldest events were covered first by a
/// snapshot. Age is that of the covering snapshot, so that any time within it can be answered: by the newest snapshot before it
/// and the events up to it. The last snapshot of an entity, and what came after it, always stay. What was begun, by whatever
/// process, is done to its end: then the oldest event that's kept is the entity's first, or has a snapshot at it.
/// </summary>
internal static class RetentionPlan
{
    /// <summary>
    /// Time a snapshot has to be seen by whoever recovers: an entity that began to just before it was stored still reads the
    /// events before it.
    /// </summary>
    public static readonly TimeSpan Settles = TimeSpan.FromMinutes(1);

    /// <summary>The next step; null when nothing is to be, or can be, deleted.</summary>
    /// <param name="kept">All entities of a journal.</param>
    /// <param name="live">Bytes of all that's kept.</param>
    /// <param name="limits">What should be kept.</param>
    /// <param name="now">The time.</param>
    public static RetentionStep? Next(IEnumerable<KeptEntity> kept, long live, RetentionOptions limits, DateTime now)
    {
        var settled = (now - Settles).Ticks;
        RetentionStep? oldest = null;
        var since = long.MaxValue;
        foreach (var entity in kept)
        {
            if (entity.Covering is not { } snapshot || snapshot.Created > settled)
            {
                continue;
            }

            var step = new RetentionStep(entity.Id, snapshot.Sequence);
            if (entity.IsBegun)
            {
                return step;
            }

            if (oldest is null || snapshot.Created < since)
            {
                (oldest, since) = (step, snapshot.Created);
            }
        }

        return since <= (now - limits.Age)?.Ticks || IsOver(live, limits) ? oldest : null;
    }

    public static bool IsOver(long live, RetentionOptions limits) => live > limits.Size;
}
