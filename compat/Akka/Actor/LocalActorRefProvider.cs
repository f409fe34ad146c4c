using System.Collections.Concurrent;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The actors of this process: the guardians, temporary refs, dead letters, and resolution of local paths.</summary>
internal sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly ConcurrentDictionary<string, IInternalActorRef> _extraNames = new();
    private readonly VirtualPathContainer _temp;
    private readonly RootSupervisor _rootSupervisor;
    private readonly string _tempSeed = ActorCell.Base64Name(Random.Shared.NextInt64(1 << 30));
    private ActorSystemImpl? _system;
    private LocalActorRef? _root;
    private LocalActorRef? _guardian;
    private LocalActorRef? _systemGuardian;
    private long _tempNumber;

    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        Settings = settings;
        EventStream = eventStream;
        RootPath = new RootActorPath(new Address("akka", systemName));
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", eventStream);
        _rootSupervisor = new RootSupervisor(this, RootPath / "_Root-supervisor", eventStream);
        _temp = new VirtualPathContainer(this, RootPath / "temp", _rootSupervisor);
        RegisterExtraName("temp", _temp);
        RegisterExtraName("deadLetters", (IInternalActorRef)DeadLetters);
    }

    public ActorPath RootPath { get; }

    public IActorRef DeadLetters { get; }

    public Settings Settings { get; }

    public EventStream EventStream { get; }

    public IInternalActorRef RootGuardian => Root;

    public LocalActorRef Guardian => _guardian ?? throw NotStarted();

    public LocalActorRef SystemGuardian => _systemGuardian ?? throw NotStarted();

    public IInternalActorRef TempContainer => _temp;

    public Task TerminationTask => _rootSupervisor.RootTerminated;

    public Address DefaultAddress => RootPath.Address;

    private LocalActorRef Root => _root ?? throw NotStarted();

    public void Init(ActorSystemImpl system)
    {
        _system = system;
        var dispatcher = system.Dispatchers.Lookup(Dispatchers.InternalDispatcherId);
        _root = new LocalActorRef(system, Props.Create<GuardianActor>().WithSupervisorStrategy(GuardianActor.RootStrategy), dispatcher, _rootSupervisor, RootPath)
        {
            ExtraChild = ExtraChild,
        };
        _root.Start();
        var internalProps = Props.Create<GuardianActor>().WithDispatcher(Dispatchers.InternalDispatcherId);
        _systemGuardian = (LocalActorRef)_root.Cell.MakeChild(internalProps, "system", isSystemService: true);
        var strategy = SupervisorStrategyConfigurator.CreateConfigurator(Settings.SupervisorStrategyClass).Create();
        _guardian = (LocalActorRef)_root.Cell.MakeChild(internalProps.WithSupervisorStrategy(strategy), "user", isSystemService: true);
        // Each guardian stops when the one it watches has: /user first, then /system, then the root.
        _systemGuardian.SendSystemMessage(new Watch(_guardian, _systemGuardian));
        _root.SendSystemMessage(new Watch(_systemGuardian, _root));
    }

    /// <summary>Makes a name below the root that isn't an actor: /temp, /remote.</summary>
    public void RegisterExtraName(string name, IInternalActorRef actor) => _extraNames[name] = actor;

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService) =>
        new LocalActorRef(system, props, system.Dispatchers.Lookup(props.Dispatcher), supervisor, path);

    public ActorPath TempPath() => _temp.Path / ("$" + _tempSeed + ActorCell.Base64Name(Interlocked.Increment(ref _tempNumber)));

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path)
    {
        if (path.Parent != _temp.Path) throw new ArgumentException($"{path} is not below {_temp.Path}.", nameof(path));
        _temp.AddChild(path.Name, actorRef);
    }

    public void UnregisterTempActor(ActorPath path) => _temp.RemoveChild(path.Name);

    public IActorRef RootGuardianAt(Address address) => address == RootPath.Address ? Root : DeadLetters;

    public Address? GetExternalAddressFor(Address address) => address == RootPath.Address ? address : null;

    public IActorRef ResolveActorRef(string path)
    {
        if (ActorPath.TryParse(path, out var parsed) && parsed.Address == RootPath.Address) return ResolveActorRef(parsed);
        Logging.GetLogger(EventStream, this).Debug("Resolve (deserialization) of path [{0}] doesn't match this system's address [{1}]", path, RootPath.Address);
        return DeadLetters;
    }

    /// <summary>Resolves a path by its names alone: the caller has checked that its address is ours.</summary>
    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        var found = ActorTree.Walk(Root, actorPath.Elements);
        var isOtherIncarnation = actorPath.Uid != ActorPath.UndefinedUid && found.Path.Uid != ActorPath.UndefinedUid && found.Path.Uid != actorPath.Uid;
        if (found is not Nobody && !isOtherIncarnation) return found;
        var gone = RootPath / actorPath.Elements;
        return new EmptyLocalActorRef(this, actorPath.Uid == ActorPath.UndefinedUid ? gone : gone.WithUid(actorPath.Uid), EventStream);
    }

    private IInternalActorRef? ExtraChild(string name) => _extraNames.GetValueOrDefault(name);

    private InvalidOperationException NotStarted() => new($"Actor system {RootPath.Address.System} has not started its guardians yet.");

    /// <summary>The parent of the root: it hears of the root's end.</summary>
    private sealed class RootSupervisor(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
    {
        private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RootTerminated => _terminated.Task;

        public override ActorPath Path { get; } = path;

        public override IActorRefProvider Provider { get; } = provider;

        public override void SendSystemMessage(ISystemMessage message)
        {
            switch (message)
            {
                case Failed failed:
                    eventStream.Publish(new Error(failed.Cause, Path.ToString(), typeof(RootSupervisor), $"guardian {failed.Child} failed, shutting down!"));
                    ((IInternalActorRef)failed.Child).Stop();
                    break;
                case DeathWatchNotification:
                    _terminated.TrySetResult();
                    break;
            }
        }
    }
}
