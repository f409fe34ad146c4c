using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding.Shards;
using Akka.Event;

namespace Akka.Cluster.Sharding;

/// <summary>What a region answers about itself.</summary>
public sealed partial class ShardRegion
{
    private void OnQuery(IShardRegionQuery query)
    {
        switch (query)
        {
            case GetShardRegionState:
                AskShards<ShardState>(GetCurrentShardState.Instance)
                    .PipeTo(Sender, Self, r => new CurrentShardRegionState(r.Answers.Values.ToImmutableHashSet(), r.Failed));
                break;
            case GetShardRegionStats:
                AskShards<ShardState>(GetCurrentShardState.Instance)
                    .PipeTo(Sender, Self, r => new ShardRegionStats(r.Answers.ToImmutableDictionary(a => a.Key, a => a.Value.EntityIds.Count), r.Failed));
                break;
            default:
                if (_coordinator is null)
                {
                    _log.Warning("{0}: No coordinator known, can't answer [{1}] now", _typeName, query);
                }
                else
                {
                    _coordinator.Forward(query);
                }

                break;
        }
    }

    private async Task<(ImmutableDictionary<string, T> Answers, ImmutableHashSet<string> Failed)> AskShards<T>(object question)
    {
        var asked = _shards.ToDictionary(s => s.Key, s => s.Value.Ask<T>(question, _settings.ShardRegionQueryTimeout));
        var answers = ImmutableDictionary.CreateBuilder<string, T>();
        var failed = ImmutableHashSet.CreateBuilder<string>();
        foreach (var (shard, answer) in asked)
        {
            try
            {
                answers[shard] = await answer.ConfigureAwait(false);
            }
            catch (Exception e) when (e is AskTimeoutException or OperationCanceledException)
            {
                failed.Add(shard);
            }
        }

        return (answers.ToImmutable(), failed.ToImmutable());
    }
}
