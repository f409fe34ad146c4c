using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding.Coordination;
using Akka.Cluster.Sharding.Internal;
using Akka.Event;

namespace Akka.Cluster.Sharding.Shards;

/// <summary>The parent of some of a type's entities: starts them when a message comes (or because they are remembered), passivates
/// them, and stops them all when the shard moves elsewhere.</summary>
internal sealed class Shard : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _typeName;
    private readonly string _shard;
    private readonly Func<string, Props> _entityProps;
    private readonly ClusterShardingSettings _settings;
    private readonly IMessageExtractor _extractor;
    private readonly object _handOffStopMessage;
    private readonly IRememberEntitiesProvider? _rememberEntities;

    private readonly Dictionary<string, Entity> _entities = [];
    private readonly Dictionary<IActorRef, string> _ids = [];
    private IActorRef? _store;
    private ImmutableHashSet<string> _toStart = [];
    private ImmutableHashSet<string> _toStop = [];
    private Remember? _remembering;
    private IActorRef? _handOffTo;

    public Shard(
        string typeName, string shard, Func<string, Props> entityProps, ClusterShardingSettings settings, IMessageExtractor extractor, object handOffStopMessage,
        IRememberEntitiesProvider? rememberEntities)
    {
        _typeName = typeName;
        _shard = shard;
        _entityProps = entityProps;
        _settings = settings;
        _extractor = extractor;
        _handOffStopMessage = handOffStopMessage;
        _rememberEntities = rememberEntities;

        if (rememberEntities is not null)
        {
            WaitingForStore();
        }
        else
        {
            Running();
        }
    }

    private enum EntityPhase
    {
        /// <summary>Runs once the store has it.</summary>
        Starting,
        Active,

        /// <summary>Stops by its own wish; what comes now waits.</summary>
        Passivating,

        /// <summary>Stopped by itself; runs again after a while.</summary>
        WaitingForRestart,

        /// <summary>Stopped for good, once the store has it.</summary>
        Stopping,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(
        string typeName, string shard, Func<string, Props> entityProps, ClusterShardingSettings settings, IMessageExtractor extractor, object handOffStopMessage,
        IRememberEntitiesProvider? rememberEntities) =>
        Actor.Props.Create(() => new Shard(typeName, shard, entityProps, settings, extractor, handOffStopMessage, rememberEntities)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        if (_rememberEntities is not null)
        {
            _store = Context.Watch(Context.ActorOf(_rememberEntities.ShardStoreProps(_shard), "RememberEntitiesStore"));
        }
        else
        {
            Context.Parent.Tell(new ShardReady(_shard));
        }

        if (_settings.PassivatesIdleEntities)
        {
            Timers.StartPeriodicTimer(nameof(IdleCheck), IdleCheck.Instance, _settings.PassivateIdleEntityAfter / 2);
        }
    }

    // The store reads; the region keeps messages back until we are ready.

    private void WaitingForStore()
    {
        Receive<Remembered>(m =>
        {
            Become(Running);
            foreach (var id in m.Entities)
            {
                StartActor(id);
            }

            Context.Parent.Tell(new ShardReady(_shard));
        });
        Receive<Terminated>(_ => StoreFailed());
        Receive<HandOff>(m =>
        {
            Sender.Tell(new ShardStopped(m.Shard));
            Context.Stop(Self);
        });
        Receive<GetCurrentShardState>(_ => Sender.Tell(CurrentState()));
    }

    // Entities run.

    private void Running()
    {
        Receive<HandOff>(OnHandOff);
        Receive<Terminated>(OnTerminated);
        Receive<Passivate>(m => OnPassivate(Sender, m.StopMessage));
        Receive<IdleCheck>(_ => PassivateIdle());
        Receive<RestartEntity>(m => OnRestart(m.EntityId));
        Receive<RememberDone>(OnRemembered);
        Receive<GetCurrentShardState>(_ => Sender.Tell(CurrentState()));
        Receive<ShardRegion.StartEntity>(m => OnStartEntity(m.EntityId));
        ReceiveAny(OnMessage);
    }

    private void OnMessage(object message)
    {
        if (_extractor.EntityId(message) is { Length: > 0 } id)
        {
            Deliver(id, _extractor.EntityMessage(message) ?? message);
        }
        else
        {
            _log.Warning("{0}: Shard [{1}] got a message for no entity: [{2}]", _typeName, _shard, message.GetType());
            Unhandled(message);
        }
    }

    private void OnStartEntity(string id)
    {
        if (!_entities.ContainsKey(id))
        {
            Start(id);
        }

        Sender.Tell(new StartEntityAck(id, _shard));
    }

    private void Deliver(string id, object message)
    {
        if (!_entities.TryGetValue(id, out var entity))
        {
            entity = Start(id);
        }

        entity.LastMessage = DateTime.UtcNow;
        switch (entity.Phase)
        {
            case EntityPhase.Active:
                entity.Actor!.Forward(message);
                break;
            case EntityPhase.WaitingForRestart:
                Timers.Cancel(new RestartEntity(id));
                StartActor(id).Actor!.Forward(message);
                break;
            default:
                entity.Waiting.Enqueue((message, Sender));
                break;
        }
    }

    private Entity Start(string id)
    {
        if (_store is null)
        {
            return StartActor(id);
        }

        var entity = _entities[id] = new Entity(id) { Phase = EntityPhase.Starting };
        _toStart = _toStart.Add(id);
        _toStop = _toStop.Remove(id);
        UpdateStore();
        return entity;
    }

    private Entity StartActor(string id)
    {
        if (!_entities.TryGetValue(id, out var entity))
        {
            _entities[id] = entity = new Entity(id);
        }

        entity.Phase = EntityPhase.Active;
        entity.LastMessage = DateTime.UtcNow;
        entity.Actor = Context.Watch(Context.ActorOf(_entityProps(id), Uri.EscapeDataString(id)));
        _ids[entity.Actor] = id;
        while (entity.Waiting.TryDequeue(out var waiting))
        {
            entity.Actor.Tell(waiting.Message, waiting.Sender);
        }

        return entity;
    }

    // Entities stop.

    private void OnPassivate(IActorRef actor, object stopMessage)
    {
        if (_ids.TryGetValue(actor, out var id) && _entities[id].Phase == EntityPhase.Active)
        {
            _entities[id].Phase = EntityPhase.Passivating;
            actor.Tell(stopMessage);
        }
    }

    private void PassivateIdle()
    {
        var before = DateTime.UtcNow - _settings.PassivateIdleEntityAfter;
        foreach (var entity in _entities.Values.Where(e => e.Phase == EntityPhase.Active && e.LastMessage < before))
        {
            OnPassivate(entity.Actor!, _handOffStopMessage);
        }
    }

    private void OnTerminated(Terminated m)
    {
        if (m.ActorRef.Equals(_store))
        {
            StoreFailed();
        }
        else if (_ids.Remove(m.ActorRef, out var id))
        {
            var entity = _entities[id];
            entity.Actor = null;
            if (entity.Waiting.Count > 0)
            {
                StartActor(id);
            }
            else if (_store is null)
            {
                _entities.Remove(id);
            }
            else if (entity.Phase == EntityPhase.Passivating)
            {
                entity.Phase = EntityPhase.Stopping;
                _toStop = _toStop.Add(id);
                _toStart = _toStart.Remove(id);
                UpdateStore();
            }
            else
            {
                entity.Phase = EntityPhase.WaitingForRestart;
                Timers.StartSingleTimer(new RestartEntity(id), new RestartEntity(id), _settings.TuningParameters.EntityRestartBackoff);
            }
        }
    }

    private void OnRestart(string id)
    {
        if (_entities.TryGetValue(id, out var entity) && entity.Phase == EntityPhase.WaitingForRestart)
        {
            StartActor(id);
        }
    }

    // The store remembers.

    private void UpdateStore()
    {
        if (_remembering is null && (_toStart.Count > 0 || _toStop.Count > 0))
        {
            _remembering = new Remember(_toStart, _toStop);
            (_toStart, _toStop) = ([], []);
            _store!.Tell(_remembering);
        }
    }

    private void OnRemembered(RememberDone m)
    {
        _remembering = null;
        foreach (var id in m.Update.Started)
        {
            if (_entities.TryGetValue(id, out var entity) && entity.Phase == EntityPhase.Starting && !_toStop.Contains(id))
            {
                StartActor(id);
            }
        }

        foreach (var id in m.Update.Stopped)
        {
            if (_entities.TryGetValue(id, out var entity) && entity.Phase == EntityPhase.Stopping)
            {
                _entities.Remove(id);
                if (entity.Waiting.Count > 0)
                {
                    foreach (var waiting in entity.Waiting)
                    {
                        Start(id).Waiting.Enqueue(waiting);
                    }
                }
            }
        }

        UpdateStore();
    }

    private void StoreFailed()
    {
        _log.Error("{0}: The store of shard [{1}] has failed, stopping the shard", _typeName, _shard);
        Context.Stop(Self);
    }

    // The shard moves.

    private void OnHandOff(HandOff m)
    {
        _log.Debug("{0}: HandOff shard [{1}]", _typeName, _shard);
        _handOffTo = Sender;
        if (_ids.Count == 0)
        {
            Finish();
            return;
        }

        Become(HandingOff);
        Timers.CancelAll();
        Timers.StartSingleTimer(nameof(StopAll), new StopAll(), _settings.TuningParameters.HandOffTimeout * 0.75);
        foreach (var actor in _ids.Keys)
        {
            actor.Tell(_handOffStopMessage);
        }
    }

    private void HandingOff()
    {
        Receive<Terminated>(t =>
        {
            _ids.Remove(t.ActorRef);
            if (_ids.Count == 0)
            {
                Finish();
            }
        });
        Receive<HandOff>(_ => _handOffTo = Sender);
        Receive<Passivate>(m => Sender.Tell(m.StopMessage));
        Receive<StopAll>(_ =>
        {
            _log.Warning("{0}: {1} entities of shard [{2}] don't stop by [{3}], stopping them", _typeName, _ids.Count, _shard, _handOffStopMessage);
            foreach (var actor in _ids.Keys)
            {
                Context.Stop(actor);
            }
        });
        Receive<GetCurrentShardState>(_ => Sender.Tell(CurrentState()));
        ReceiveAny(m => Context.System.DeadLetters.Tell(new DeadLetter(m, Sender, Self)));
    }

    private void Finish()
    {
        _handOffTo!.Tell(new ShardStopped(_shard));
        Context.Stop(Self);
    }

    private ShardState CurrentState() =>
        new(_shard, _entities.Values.Where(e => e.Phase is EntityPhase.Active or EntityPhase.Passivating).Select(e => e.Id).ToImmutableHashSet());

    /// <summary>An entity as its shard sees it. Owned by the shard actor alone.</summary>
    private sealed class Entity(string id)
    {
        public string Id { get; } = id;

        public EntityPhase Phase { get; set; }

        public IActorRef? Actor { get; set; }

        public DateTime LastMessage { get; set; } = DateTime.UtcNow;

        public Queue<(object Message, IActorRef Sender)> Waiting { get; } = new();
    }

    private sealed record RestartEntity(string EntityId);

    private sealed record StopAll;

    private sealed class IdleCheck : INotInfluenceReceiveTimeout
    {
        public static readonly IdleCheck Instance = new();
    }
}
