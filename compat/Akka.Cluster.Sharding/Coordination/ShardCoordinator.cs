using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>Decides which region hosts which shard, and moves shards. One in the cluster; what it has decided is in the journal,
/// so that its successor on another node goes on from there.</summary>
internal sealed partial class ShardCoordinator : UntypedPersistentActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly string _typeName;
    private readonly ClusterShardingSettings _settings;
    private readonly IShardAllocationStrategy _allocation;

    private readonly Dictionary<string, HashSet<IActorRef>> _allocating = [];
    private readonly Dictionary<string, HashSet<IActorRef>> _rebalancing = [];
    private readonly HashSet<IActorRef> _shuttingDown = [];
    private CoordinatorState _state;

    public ShardCoordinator(string typeName, ClusterShardingSettings settings, IShardAllocationStrategy allocation)
    {
        _typeName = typeName;
        _settings = settings;
        _allocation = allocation;
        _state = CoordinatorState.Empty with { RememberEntities = settings.RememberEntities };
        JournalPluginId = settings.JournalPluginId;
        SnapshotPluginId = settings.SnapshotPluginId;
        PersistenceId = Self.Path.ToStringWithoutAddress();
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string typeName, ClusterShardingSettings settings, IShardAllocationStrategy allocation) =>
        Actor.Props.Create(() => new ShardCoordinator(typeName, settings, allocation)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(RebalanceTick), RebalanceTick.Instance, _settings.TuningParameters.RebalanceInterval);
        base.PreStart();
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: CoordinatorState snapshot }:
                _state = snapshot with
                {
                    RememberEntities = _settings.RememberEntities,
                    Unallocated = _settings.RememberEntities ? snapshot.Unallocated : [],
                };
                break;
            case ICoordinatorEvent happened:
                _state = _state.Apply(happened);
                break;
            case RecoveryCompleted:
                OnRecovered();
                break;
        }
    }

    /// <summary>Regions of nodes that are no members any more will not be heard of: they are as good as terminated.</summary>
    private void OnRecovered()
    {
        _log.Info("{0}: Coordinator recovered, {1} shards in {2} regions", _typeName, _state.Shards.Count, _state.Regions.Count);
        var members = _cluster.State.Members.Select(m => m.Address).ToHashSet();
        foreach (var region in _state.Regions.Keys.Concat(_state.Proxies))
        {
            if (region.Path.Address.HasGlobalScope && !members.Contains(region.Path.Address))
            {
                Self.Tell(new RegionLost(region));
            }
            else
            {
                Context.Watch(region);
            }
        }

        foreach (var (shard, region) in _state.Shards)
        {
            RequestHosting(shard, region);
        }

        AllocateRemembered();
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case GetShardHome m:
                OnGetShardHome(m.Shard, Sender);
                break;
            case ShardAllocated m:
                OnAllocated(m);
                break;
            case ShardStarted m:
                Timers.Cancel(new HostingTimer(m.Shard));
                break;
            case ResendHostShard m:
                if (_state.Shards.TryGetValue(m.Shard, out var home) && home.Equals(m.Region))
                {
                    RequestHosting(m.Shard, m.Region);
                }

                break;
            case Register m:
                OnRegister(m.Region);
                break;
            case RegisterProxy m:
                OnRegisterProxy(m.Proxy);
                break;
            case Terminated m:
                OnRegionTerminated(m.ActorRef);
                break;
            case RegionLost m:
                OnRegionTerminated(m.Region);
                break;
            case GracefulShutdownReq m:
                OnGracefulShutdown(m.Region);
                break;
            case RebalanceTick:
                DecideRebalance();
                break;
            case RebalanceDecided m:
                foreach (var shard in m.Shards)
                {
                    StartRebalance(shard);
                }

                break;
            case RebalanceDone m:
                OnRebalanceDone(m);
                break;
            case GetCurrentRegions:
                Sender.Tell(new CurrentRegions(_state.Regions.Keys.Select(AddressOf).ToImmutableHashSet()));
                break;
            case GetClusterShardingStats m:
                Context.ActorOf(StatsCollector.Props(_state.Regions.Keys.ToImmutableDictionary(r => r, AddressOf), m.Timeout, Sender));
                break;
            case SaveSnapshotSuccess m:
                PruneJournal(m.Metadata.SequenceNr);
                break;
            case SaveSnapshotFailure m:
                _log.Warning("{0}: Persistent snapshot failure: {1}", _typeName, m.Cause.Message);
                break;
            case DeleteMessagesFailure m:
                _log.Warning("{0}: Persistent messages to {1} deletion failure: {2}", _typeName, m.ToSequenceNr, m.Cause.Message);
                break;
            case DeleteSnapshotsFailure m:
                _log.Warning("{0}: Persistent snapshots deletion failure: {1}", _typeName, m.Cause.Message);
                break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Regions come and go.

    private void OnRegister(IActorRef region)
    {
        if (_state.Regions.ContainsKey(region))
        {
            region.Tell(new RegisterAck(Self));
            AllocateRemembered();
            return;
        }

        _log.Debug("{0}: Shard region registered: [{1}]", _typeName, region);
        _shuttingDown.Remove(region);
        Update(new ShardRegionRegistered(region), () =>
        {
            Context.Watch(region);
            region.Tell(new RegisterAck(Self));
            AllocateRemembered();
        });
    }

    private void OnRegisterProxy(IActorRef proxy)
    {
        if (_state.Proxies.Contains(proxy))
        {
            proxy.Tell(new RegisterAck(Self));
            return;
        }

        Update(new ShardRegionProxyRegistered(proxy), () =>
        {
            Context.Watch(proxy);
            proxy.Tell(new RegisterAck(Self));
        });
    }

    private void OnRegionTerminated(IActorRef region)
    {
        if (_state.Proxies.Contains(region))
        {
            Update(new ShardRegionProxyTerminated(region), () => { });
        }
        else if (_state.Regions.TryGetValue(region, out var shards))
        {
            _log.Info("{0}: Shard region terminated: [{1}] with {2} shards", _typeName, region, shards.Count);
            _shuttingDown.Remove(region);
            Update(new ShardRegionTerminated(region), () =>
            {
                foreach (var shard in shards)
                {
                    Timers.Cancel(new HostingTimer(shard));
                }

                AllocateRemembered();
            });
        }
    }

    private void OnGracefulShutdown(IActorRef region)
    {
        if (_state.Regions.TryGetValue(region, out var shards) && _shuttingDown.Add(region))
        {
            _log.Info("{0}: Graceful shutdown of region [{1}] with {2} shards", _typeName, region, shards.Count);
            foreach (var shard in shards)
            {
                StartRebalance(shard);
            }
        }
    }

    // Shards get homes.

    private void OnGetShardHome(string shard, IActorRef requester)
    {
        if (_rebalancing.TryGetValue(shard, out var waiting) || _allocating.TryGetValue(shard, out waiting))
        {
            waiting.Add(requester);
            return;
        }

        if (_state.Shards.TryGetValue(shard, out var home))
        {
            // A region on its way out can't take in more; whoever asks will ask again.
            if (!_shuttingDown.Contains(home))
            {
                requester.Tell(new ShardHome(shard, home));
            }

            return;
        }

        Allocate(shard, [requester]);
    }

    private void Allocate(string shard, HashSet<IActorRef> requesters)
    {
        var regions = _state.Regions.RemoveRange(_shuttingDown);
        if (regions.IsEmpty)
        {
            return;
        }

        _allocating[shard] = requesters;
        var requester = requesters.FirstOrDefault(Self);
        Decide().PipeTo(Self);

        async Task<ShardAllocated> Decide()
        {
            try
            {
                return new ShardAllocated(shard, await _allocation.AllocateShard(requester, shard, regions).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                _log.Error(e, "{0}: Shard [{1}] allocation failed: {2}", _typeName, shard, e.Message);
                return new ShardAllocated(shard, null);
            }
        }
    }

    private void OnAllocated(ShardAllocated m)
    {
        if (!_allocating.TryGetValue(m.Shard, out var requesters) || m.Region is null || _state.Shards.ContainsKey(m.Shard)
            || !_state.Regions.ContainsKey(m.Region) || _shuttingDown.Contains(m.Region))
        {
            // Whoever waits for the home asks again.
            _allocating.Remove(m.Shard);
            return;
        }

        Update(new ShardHomeAllocated(m.Shard, m.Region), () =>
        {
            _allocating.Remove(m.Shard);
            _log.Debug("{0}: Shard [{1}] allocated at [{2}]", _typeName, m.Shard, m.Region);
            RequestHosting(m.Shard, m.Region);
            foreach (var requester in requesters)
            {
                requester.Tell(new ShardHome(m.Shard, m.Region));
            }
        });
    }

    /// <summary>Shards whose entities are to run without being asked for.</summary>
    private void AllocateRemembered()
    {
        foreach (var shard in _state.Unallocated.Where(s => !_allocating.ContainsKey(s) && !_rebalancing.ContainsKey(s)))
        {
            Allocate(shard, []);
        }
    }

    private void RequestHosting(string shard, IActorRef region)
    {
        region.Tell(new HostShard(shard));
        Timers.StartSingleTimer(new HostingTimer(shard), new ResendHostShard(shard, region), _settings.TuningParameters.ShardStartTimeout);
    }

    // The journal.

    private void Update(ICoordinatorEvent happened, Action then) => Persist(happened, e =>
    {
        _state = _state.Apply(e);
        then();
        if (_settings.TuningParameters.SnapshotAfter > 0 && LastSequenceNr % _settings.TuningParameters.SnapshotAfter == 0)
        {
            SaveSnapshot(_state);
        }
    });

    /// <summary>What a snapshot makes superfluous, but for the last few batches.</summary>
    private void PruneJournal(long snapshotAt)
    {
        var keep = _settings.TuningParameters.KeepNrOfBatches * (long)_settings.TuningParameters.SnapshotAfter;
        if (snapshotAt > keep)
        {
            DeleteMessages(snapshotAt - keep);
            DeleteSnapshots(new SnapshotSelectionCriteria(snapshotAt - keep - 1));
        }
    }

    private Address AddressOf(IActorRef region) => region.Path.Address.HasGlobalScope ? region.Path.Address : _cluster.SelfAddress;

    private sealed record RegionLost(IActorRef Region);

    private sealed record HostingTimer(string Shard);
}
