using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding.Coordination;
using Akka.Cluster.Sharding.Internal;
using Akka.Cluster.Sharding.Shards;
using Akka.Event;

namespace Akka.Cluster.Sharding;

/// <summary>A node's door to the entities of one type: knows, or asks the coordinator, which region hosts a message's shard, and
/// hands the message to the shard's actor here or to the region there. A proxy hosts no shards itself.</summary>
public sealed partial class ShardRegion : ActorBase, IWithTimers
{
    private static readonly TimeSpan FirstRegistrationInterval = TimeSpan.FromMilliseconds(100);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly string _typeName;
    private readonly Func<string, Props>? _entityProps;
    private readonly ClusterShardingSettings _settings;
    private readonly string[] _coordinatorPath;
    private readonly IMessageExtractor _extractor;
    private readonly object _handOffStopMessage;
    private readonly IRememberEntitiesProvider? _rememberEntities;
    private readonly TaskCompletionSource _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Dictionary<string, IActorRef> _homes = [];
    private readonly Dictionary<string, IActorRef> _shards = [];
    private readonly HashSet<string> _starting = [];
    private readonly HashSet<string> _handingOff = [];
    private readonly WaitingMessages _buffers;
    private IActorRef? _coordinator;
    private UniqueAddress? _oldest;
    private TimeSpan _registrationInterval = FirstRegistrationInterval;
    private bool _shuttingDown;
    private bool _loggedFullBuffer;

    /// <param name="typeName">The type of entity.</param>
    /// <param name="entityProps">How to make an entity; null for a proxy.</param>
    /// <param name="settings">The type's settings.</param>
    /// <param name="coordinatorPath">Where on its node the coordinator is.</param>
    /// <param name="messageExtractor">Which entity a message is for.</param>
    /// <param name="handOffStopMessage">What entities stop themselves on.</param>
    /// <param name="rememberEntitiesProvider">Keeps which entities run; null if that need not be known.</param>
    public ShardRegion(
        string typeName,
        Func<string, Props>? entityProps,
        ClusterShardingSettings settings,
        string coordinatorPath,
        IMessageExtractor messageExtractor,
        object handOffStopMessage,
        IRememberEntitiesProvider? rememberEntitiesProvider)
    {
        _rememberEntities = rememberEntitiesProvider;
        _buffers = new WaitingMessages(settings.TuningParameters.BufferSize);
        _typeName = typeName;
        _entityProps = entityProps;
        _settings = settings;
        _coordinatorPath = coordinatorPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        _extractor = messageExtractor;
        _handOffStopMessage = handOffStopMessage;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props Props(
        string typeName,
        Func<string, Props>? entityProps,
        ClusterShardingSettings settings,
        string coordinatorPath,
        IMessageExtractor messageExtractor,
        object handOffStopMessage,
        IRememberEntitiesProvider? rememberEntitiesProvider) =>
        Actor.Props.Create(() => new ShardRegion(
                typeName, entityProps, settings, coordinatorPath, messageExtractor, handOffStopMessage, rememberEntitiesProvider))
            .WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(nameof(Retry), Retry.Instance, _settings.TuningParameters.RetryInterval);

        var (cluster, self, shutDown) = (_cluster, Self, _shutDown.Task);
        CoordinatedShutdown.Get(Context.System).AddTask(
            CoordinatedShutdown.PhaseClusterShardingShutdownRegion,
            $"region-shutdown-{_typeName}",
            async () =>
            {
                if (!cluster.IsTerminated && cluster.SelfMember.Status is not (MemberStatus.Down or MemberStatus.Removed))
                {
                    self.Tell(GracefulShutdown.Instance, ActorRefs.NoSender);
                    await shutDown.ConfigureAwait(false);
                }

                return Done.Instance;
            });
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _shutDown.TrySetResult();
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Retry or Registration:
                OnRetry(message);
                return true;
            case ClusterEvent.CurrentClusterState or ClusterEvent.IMemberEvent:
                OnMembers();
                return true;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                return true;
            case RegisterAck or ShardHome or HostShard or BeginHandOff or HandOff or Shards.ShardReady or RestartShard:
                OnCoordination(message);
                return true;
            case GracefulShutdown:
                BeginShutdown();
                return true;
            case IShardRegionQuery query:
                OnQuery(query);
                return true;
            case StartEntity start:
                Deliver(_extractor.ShardId(start.EntityId), start);
                return true;
            default:
                if (_extractor.EntityId(message) is not { Length: > 0 } entityId || Shard(message, entityId) is not { Length: > 0 } shard)
                {
                    return false;
                }

                Deliver(shard, message);
                return true;
        }
    }

    // Messages on their way to entities.

    private string? Shard(object message, string entityId) => _extractor.ShardId(entityId, message);

    private void Deliver(string shard, object message)
    {
        if (_buffers.Holds(shard) || !_homes.TryGetValue(shard, out var home))
        {
            // Messages of one sender stay in order: while some wait, the rest waits too.
            if (!_buffers.Holds(shard))
            {
                _coordinator?.Tell(new GetShardHome(shard));
            }

            Buffer(shard, message);
        }
        else if (!home.Equals(Self))
        {
            home.Forward(message);
        }
        else if (_shards.TryGetValue(shard, out var actor) && !_starting.Contains(shard))
        {
            actor.Forward(message);
        }
        else
        {
            Buffer(shard, message);
        }
    }

    private void Buffer(string shard, object message)
    {
        if (_buffers.TryAdd(shard, message, Sender))
        {
            return;
        }

        if (!_loggedFullBuffer)
        {
            _log.Warning("{0}: Buffer is full, dropping messages for shard [{1}]", _typeName, shard);
            _loggedFullBuffer = true;
        }

        Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self));
    }

    private void Flush(string shard, IActorRef to)
    {
        _loggedFullBuffer = false;
        foreach (var (message, sender) in _buffers.Take(shard))
        {
            to.Tell(message, sender);
        }
    }

    // Where shards are.

    private void OnCoordination(object message)
    {
        switch (message)
        {
            case RegisterAck m:
                OnRegistered(m.Coordinator);
                break;
            case ShardHome m:
                OnHome(m.Shard, m.Region);
                break;
            case HostShard m:
                OnHome(m.Shard, Self);
                if (_shards.ContainsKey(m.Shard) && !_starting.Contains(m.Shard))
                {
                    Sender.Tell(new ShardStarted(m.Shard));
                }

                break;
            case Shards.ShardReady m:
                OnShardReady(m.Shard);
                break;
            case BeginHandOff m:
                // The shard itself is still here, but no message goes to it any more: they wait for its new home.
                _homes.Remove(m.Shard);
                Sender.Tell(new BeginHandOffAck(m.Shard));
                break;
            case HandOff m:
                OnHandOff(m);
                break;
            case RestartShard m:
                if (_homes.TryGetValue(m.Shard, out var home) && home.Equals(Self))
                {
                    StartShard(m.Shard);
                }

                break;
        }
    }

    private void OnHome(string shard, IActorRef home)
    {
        if (_homes.TryGetValue(shard, out var known) && !known.Equals(home))
        {
            _log.Debug("{0}: Shard [{1}] is at [{2}], was at [{3}]", _typeName, shard, home, known);
        }

        _homes[shard] = home;
        if (home.Equals(Self))
        {
            StartShard(shard);
        }
        else
        {
            Context.Watch(home);
            Flush(shard, home);
        }
    }

    private void StartShard(string shard)
    {
        if (_entityProps is null || _shards.ContainsKey(shard) || _handingOff.Contains(shard))
        {
            return;
        }

        _log.Debug("{0}: Starting shard [{1}] in region", _typeName, shard);
        _starting.Add(shard);
        _shards[shard] = Context.Watch(Context.ActorOf(
            Shards.Shard.Props(_typeName, shard, _entityProps, _settings, _extractor, _handOffStopMessage, _rememberEntities), Uri.EscapeDataString(shard)));
    }

    private void OnShardReady(string shard)
    {
        if (_shards.TryGetValue(shard, out var actor) && actor.Equals(Sender))
        {
            _starting.Remove(shard);
            _coordinator?.Tell(new ShardStarted(shard));
            Flush(shard, actor);
        }
    }

    private void OnHandOff(HandOff m)
    {
        // The home was forgotten on BeginHandOff; a message that came since then waits for the next one.
        if (_shards.TryGetValue(m.Shard, out var actor))
        {
            _handingOff.Add(m.Shard);
            actor.Forward(m);
        }
        else
        {
            Sender.Tell(new ShardStopped(m.Shard));
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_coordinator))
        {
            _coordinator = null;
            StartRegistering();
        }
        else if (_shards.FirstOrDefault(s => s.Value.Equals(actor)).Key is { } shard)
        {
            _shards.Remove(shard);
            _starting.Remove(shard);
            if (_handingOff.Remove(shard))
            {
                // It may have come back while it was still stopping.
                if (_homes.TryGetValue(shard, out var home) && home.Equals(Self))
                {
                    StartShard(shard);
                }
            }
            else if (!_shuttingDown)
            {
                _log.Warning("{0}: Shard [{1}] has stopped, it is started again in {2}", _typeName, shard, _settings.TuningParameters.ShardFailureBackoff);
                Timers.StartSingleTimer(new RestartShard(shard), new RestartShard(shard), _settings.TuningParameters.ShardFailureBackoff);
            }

            StopWhenEmpty();
        }
        else
        {
            // A region: its shards get other homes, which we ask for when something is to go there.
            foreach (var lost in _homes.Where(h => h.Value.Equals(actor)).Select(h => h.Key).ToArray())
            {
                _homes.Remove(lost);
            }
        }
    }

    // The end.

    private void BeginShutdown()
    {
        _log.Debug("{0}: Starting graceful shutdown of region and all its shards", _typeName);
        _shuttingDown = true;
        StopWhenEmpty();
        if (_shards.Count > 0)
        {
            _coordinator?.Tell(new GracefulShutdownReq(Self));
        }
    }

    private void StopWhenEmpty()
    {
        if (_shuttingDown && _shards.Count == 0)
        {
            Context.Stop(Self);
        }
    }

    private sealed record RestartShard(string Shard);

    private sealed class Retry : INotInfluenceReceiveTimeout
    {
        public static readonly Retry Instance = new();
    }

    private sealed class Registration : INotInfluenceReceiveTimeout
    {
        public static readonly Registration Instance = new();
    }

    /// <summary>Starts an entity without a message for it. Answered by the shard.</summary>
    public sealed class StartEntity : IClusterShardingSerializable, IEquatable<StartEntity>
    {
        public readonly string EntityId;

        public StartEntity(string entityId) => EntityId = entityId;

        public bool Equals(StartEntity? other) => other is not null && EntityId == other.EntityId;

        public override bool Equals(object? obj) => Equals(obj as StartEntity);

        public override int GetHashCode() => EntityId.GetHashCode(StringComparison.Ordinal);

        public override string ToString() => $"StartEntity({EntityId})";
    }
}
