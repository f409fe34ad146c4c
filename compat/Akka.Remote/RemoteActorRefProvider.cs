using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>The provider <c>remote</c>: actors of this process, and refs to those of other systems over <see cref="Remoting"/>.</summary>
internal class RemoteActorRefProvider : IActorRefProvider
{
    private const int RefCacheSize = 10_000;

    private readonly LocalActorRefProvider _local;
    private readonly ConcurrentDictionary<string, RemoteActorRef> _refs = new(StringComparer.Ordinal);
    private Remoting? _transport;
    private IActorRef? _remoteWatcher;
    private Task? _termination;

    public RemoteActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        settings.InjectTopLevelFallback(ConfigurationFactory.FromResource("Akka.Remote.Configuration.Remote.conf", typeof(RemoteActorRefProvider).Assembly));
        RemoteSettings = new RemoteSettings(settings.Config);
        _local = new LocalActorRefProvider(systemName, settings, eventStream);
    }

    public RemoteSettings RemoteSettings { get; }

    public Remoting Transport => _transport ?? throw new InvalidOperationException("Remoting has not been started yet.");

    public IActorRef RemoteWatcher => _remoteWatcher ?? throw new InvalidOperationException("Remoting has not been started yet.");

    public IInternalActorRef RootGuardian => _local.RootGuardian;

    public IActorRef DeadLetters => _local.DeadLetters;

    public ActorPath RootPath => _local.RootPath;

    public Settings Settings => _local.Settings;

    public IInternalActorRef TempContainer => _local.TempContainer;

    /// <summary>Ends when the last actor has, and what they sent at the end is sent.</summary>
    public Task TerminationTask => _termination ?? _local.TerminationTask;

    public Address DefaultAddress => _transport?.DefaultAddress ?? _local.DefaultAddress;

    LocalActorRef IActorRefProvider.Guardian => _local.Guardian;

    LocalActorRef IActorRefProvider.SystemGuardian => _local.SystemGuardian;

    EventStream IActorRefProvider.EventStream => _local.EventStream;

    void IActorRefProvider.Init(ActorSystemImpl system)
    {
        _local.Init(system);
        var transport = new Remoting(system, this);
        transport.Start();
        _transport = transport;
        _termination = TerminateAsync(transport);
        _remoteWatcher = CreateRemoteWatcher(system);
        OnStarted(system);
    }

    IInternalActorRef IActorRefProvider.ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService) =>
        _local.ActorOf(system, props, supervisor, path, systemService);

    public ActorPath TempPath() => _local.TempPath();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _local.RegisterTempActor(actorRef, path);

    public void UnregisterTempActor(ActorPath path) => _local.UnregisterTempActor(path);

    public IActorRef RootGuardianAt(Address address) => HasAddress(address) ? RootGuardian : new RemoteActorRef(Transport, new RootActorPath(address));

    public Address? GetExternalAddressFor(Address address) => HasAddress(address) || address.HasGlobalScope ? DefaultAddress : null;

    /// <summary>Whether the address is this system's.</summary>
    public bool HasAddress(Address address) => address == _local.RootPath.Address || (_transport is not null && _transport.Addresses.Contains(address));

    public IActorRef ResolveActorRef(string path)
    {
        if (_refs.TryGetValue(path, out var known))
            return known;
        if (!ActorPath.TryParse(path, out var parsed))
        {
            Logging.GetLogger(_local.EventStream, this).Warning("'{0}' is no actor's path; its ref leads to dead letters", path);
            return DeadLetters;
        }

        var resolved = ResolveActorRef(parsed);
        if (resolved is RemoteActorRef remote)
        {
            if (_refs.Count >= RefCacheSize)
                _refs.Clear();
            _refs.TryAdd(path, remote);
        }

        return resolved;
    }

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        if (HasAddress(actorPath.Address))
            return _local.ResolveActorRef(actorPath);
        return actorPath.Address.HasGlobalScope ? new RemoteActorRef(Transport, actorPath) : DeadLetters;
    }

    /// <summary>Bars one life of a remote system, as <see cref="Remoting.Quarantine"/>.</summary>
    public void Quarantine(Address address, int? uid, string reason) => Transport.Quarantine(address, uid, reason);

    internal IInternalActorRef ResolveInbound(string path) => (IInternalActorRef)ResolveActorRef(path);

    /// <summary>Starts the actor that watches remote actors for all local ones.</summary>
    protected virtual IActorRef CreateRemoteWatcher(ActorSystemImpl system)
    {
        var settings = RemoteSettings.WatchFailureDetector;
        return system.SystemActorOf(
            Remote.RemoteWatcher.Props(
                CreateRemoteWatcherFailureDetector(system),
                settings.GetTimeSpan("heartbeat-interval"),
                settings.GetTimeSpan("unreachable-nodes-reaper-interval"),
                settings.GetTimeSpan("expected-response-after")),
            "remote-watcher");
    }

    protected DefaultFailureDetectorRegistry<Address> CreateRemoteWatcherFailureDetector(ActorSystem system)
    {
        var settings = RemoteSettings.WatchFailureDetector;
        var implementation = settings.GetString("implementation-class", "");
        return new DefaultFailureDetectorRegistry<Address>(() => FailureDetectorLoader.Load(implementation, settings, system));
    }

    /// <summary>For providers on top of this one: remoting runs, and no user's actor was started yet.</summary>
    protected virtual void OnStarted(ActorSystemImpl system)
    {
    }

    private async Task TerminateAsync(Remoting transport)
    {
        await _local.TerminationTask.ConfigureAwait(false);
        await transport.ShutdownAsync().ConfigureAwait(false);
    }
}
