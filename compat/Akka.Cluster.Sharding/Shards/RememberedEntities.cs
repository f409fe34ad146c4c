using System.Collections.Immutable;

namespace Akka.Cluster.Sharding.Shards;

/// <summary>What has happened to a shard's entities; kept in the journal.</summary>
internal interface IEntityEvent : IClusterShardingSerializable
{
}

internal sealed record EntitiesStarted(ImmutableHashSet<string> Entities) : IEntityEvent;

internal sealed record EntitiesStopped(ImmutableHashSet<string> Entities) : IEntityEvent;

/// <summary>The entities to start again with their shard.</summary>
internal sealed record RememberedEntities(ImmutableHashSet<string> Entities) : IClusterShardingSerializable
{
    public static readonly RememberedEntities None = new(ImmutableHashSet<string>.Empty);

    public RememberedEntities Apply(IEntityEvent happened) => happened switch
    {
        EntitiesStarted e => new RememberedEntities(Entities.Union(e.Entities)),
        EntitiesStopped e => new RememberedEntities(Entities.Except(e.Entities)),
        _ => throw new ArgumentException($"Unknown event [{happened.GetType()}]", nameof(happened)),
    };

    public IEnumerable<IEntityEvent> Decide(Remember update)
    {
        var started = update.Started.Except(Entities);
        if (!started.IsEmpty)
        {
            yield return new EntitiesStarted(started);
        }

        var stopped = update.Stopped.Intersect(Entities.Union(started));
        if (!stopped.IsEmpty)
        {
            yield return new EntitiesStopped(stopped);
        }
    }
}
