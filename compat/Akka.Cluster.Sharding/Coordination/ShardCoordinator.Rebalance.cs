using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>Moving shards: because a region has too many, or because it leaves.</summary>
internal sealed partial class ShardCoordinator
{
    private void DecideRebalance()
    {
        if (_state.Regions.IsEmpty)
        {
            return;
        }

        var regions = _state.Regions.RemoveRange(_shuttingDown);
        var inProgress = _rebalancing.Keys.ToImmutableHashSet();
        Decide().PipeTo(Self);

        async Task<RebalanceDecided> Decide()
        {
            try
            {
                return new RebalanceDecided(await _allocation.Rebalance(regions, inProgress).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                _log.Error(e, "{0}: Rebalance failed: {1}", _typeName, e.Message);
                return new RebalanceDecided(ImmutableHashSet<string>.Empty);
            }
        }
    }

    private void StartRebalance(string shard)
    {
        if (_rebalancing.ContainsKey(shard) || !_state.Shards.TryGetValue(shard, out var home))
        {
            return;
        }

        _log.Info("{0}: Rebalance shard [{1}] from [{2}]", _typeName, shard, home);
        _rebalancing[shard] = [];
        Timers.Cancel(new HostingTimer(shard));
        Context.ActorOf(HandOffWorker.Props(
            shard, home, [.. _state.Regions.Keys, .. _state.Proxies], _settings.TuningParameters.HandOffTimeout));
    }

    private void OnRebalanceDone(RebalanceDone m)
    {
        _log.Debug("{0}: Rebalance shard [{1}] {2}", _typeName, m.Shard, m.Stopped ? "completed successfully" : "failed");
        var waiting = _rebalancing.GetValueOrDefault(m.Shard, []);
        if (!_state.Shards.TryGetValue(m.Shard, out var home))
        {
            _rebalancing.Remove(m.Shard);
            Reallocate(m.Shard, waiting);
        }
        else if (m.Stopped)
        {
            Update(new ShardHomeDeallocated(m.Shard), () =>
            {
                _rebalancing.Remove(m.Shard);
                Reallocate(m.Shard, waiting);
            });
        }
        else
        {
            _rebalancing.Remove(m.Shard);
            _shuttingDown.Remove(home);
            RequestHosting(m.Shard, home);
            foreach (var requester in waiting)
            {
                requester.Tell(new ShardHome(m.Shard, home));
            }
        }
    }

    private void Reallocate(string shard, HashSet<IActorRef> waiting)
    {
        if (waiting.Count > 0)
        {
            Allocate(shard, waiting);
        }
        else
        {
            AllocateRemembered();
        }
    }
}
