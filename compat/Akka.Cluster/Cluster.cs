using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Cluster.Daemon;
using Akka.Cluster.Membership;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>The extension's id.</summary>
public class ClusterExtension : ExtensionIdProvider<Cluster>
{
    public override Cluster CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>A node's part in a cluster: joining and leaving it, who is in it, and who to tell when that changes.</summary>
public class Cluster : IExtension
{
    private readonly IActorRef _daemon;
    private readonly ClusterCallbacks _callbacks = new();
    private volatile MembershipView _view;
    private volatile bool _terminated;

    /// <exception cref="ConfigurationException">The actor system isn't configured with provider = cluster.</exception>
    internal Cluster(ExtendedActorSystem system)
    {
        System = system;
        system.Settings.InjectTopLevelFallback(ClusterConfig.Default());
        Settings = new ClusterSettings(system.Settings.Config, system.Name);
        if (system.Provider is not ClusterActorRefProvider provider)
        {
            throw new ConfigurationException(
                $"ActorSystem [{system.Name}] needs to have a 'ClusterActorRefProvider' enabled in the configuration, currently uses [{system.Provider.GetType()}]");
        }

        Log = Logging.GetLogger(system, "Cluster");
        SelfUniqueAddress = new UniqueAddress(provider.DefaultAddress, AddressUidExtension.Uid(system));
        _view = new MembershipView(Gossip.Empty, SelfUniqueAddress);
        FailureDetector = new DefaultFailureDetectorRegistry<Address>(
            () => FailureDetectorLoader.Load(Settings.FailureDetectorImplementationClass, Settings.FailureDetectorConfig, system));
        DowningProvider = (IDowningProvider)Activator.CreateInstance(Settings.DowningProviderType, system, this)!;

        ClusterShutdownTasks.Register(this, CoordinatedShutdown.Get(system));
        _daemon = system.SystemActorOf(ClusterDaemon.Props(this), "cluster");
        system.RegisterOnTermination(MarkTerminated);
        LogInfo("Cluster Node [{0}] - Started up successfully", SelfAddress);
    }

    public ExtendedActorSystem System { get; }

    public ClusterSettings Settings { get; }

    public UniqueAddress SelfUniqueAddress { get; }

    public Address SelfAddress => SelfUniqueAddress.Address;

    public ImmutableHashSet<string> SelfRoles => Settings.Roles;

    public DefaultFailureDetectorRegistry<Address> FailureDetector { get; }

    public IDowningProvider DowningProvider { get; }

    /// <summary>The members, reachable or not, and the leaders, as this node sees them now.</summary>
    public ClusterEvent.CurrentClusterState State => _view.State;

    /// <summary>This node as a member; in status Removed while it is none.</summary>
    public Member SelfMember => _view.SelfMember ?? Member.Removed(SelfUniqueAddress, SelfRoles);

    public bool IsUp => !_terminated && SelfMember.Status == MemberStatus.Up;

    /// <summary>Whether this node has left the cluster, or been removed from it, for good.</summary>
    public bool IsTerminated => _terminated;

    internal ILoggingAdapter Log { get; }

    internal MembershipView View => _view;

    internal IActorRef Daemon => _daemon;

    public static Cluster Get(ActorSystem system) => system.WithExtension<Cluster, ClusterExtension>();

    /// <summary>Tells an actor about the given kinds of events (the types themselves or what they derive from), after a
    /// snapshot of the state so far.</summary>
    public void Subscribe(IActorRef subscriber, params Type[] to) =>
        Subscribe(subscriber, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, to);

    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode initialStateMode, params Type[] to)
    {
        if (to.Length == 0 || !to.All(typeof(ClusterEvent.IClusterDomainEvent).IsAssignableFrom))
        {
            throw new ArgumentException($"Subscribe to `IClusterDomainEvent` or subclasses, was [{string.Join(", ", to.Select(t => t.Name))}]", nameof(to));
        }

        _daemon.Tell(new Subscribe(subscriber, initialStateMode, to.ToImmutableHashSet()), ActorRefs.NoSender);
    }

    public void Unsubscribe(IActorRef subscriber) => _daemon.Tell(new Unsubscribe(subscriber, null), ActorRefs.NoSender);

    public void Unsubscribe(IActorRef subscriber, Type to) => _daemon.Tell(new Unsubscribe(subscriber, to), ActorRefs.NoSender);

    public void SendCurrentClusterState(IActorRef receiver) => _daemon.Tell(new SendCurrentClusterState(receiver), ActorRefs.NoSender);

    /// <summary>Joins the cluster that the node at <paramref name="address"/> is in; its own address starts a new cluster.</summary>
    public void Join(Address address) => _daemon.Tell(new JoinTo(address), ActorRefs.NoSender);

    /// <summary>As <see cref="Join"/>; completes when this node is Up.</summary>
    /// <returns>Fails with <see cref="ClusterJoinFailedException"/> when it isn't in time, or shuts down first.</returns>
    public Task JoinAsync(Address address, CancellationToken token = default)
    {
        var joined = Joined(Settings.RetryUnsuccessfulJoinAfter ?? TimeSpan.FromSeconds(10), $"node [{address}]", token);
        Join(address);
        return joined;
    }

    /// <summary>Joins through the first of these nodes that answers; the first of them starts a new cluster when none does.</summary>
    public void JoinSeedNodes(IEnumerable<Address> seedNodes) =>
        _daemon.Tell(new JoinSeedNodes(seedNodes.ToImmutableList()), ActorRefs.NoSender);

    /// <inheritdoc cref="JoinAsync"/>
    public Task JoinSeedNodesAsync(IEnumerable<Address> seedNodes, CancellationToken token = default)
    {
        var seeds = seedNodes.ToImmutableList();
        var joined = Joined(Settings.SeedNodeTimeout + TimeSpan.FromSeconds(60), $"seed nodes [{string.Join(", ", seeds)}]", token);
        JoinSeedNodes(seeds);
        return joined;
    }

    /// <summary>Asks a member to leave: Leaving, Exiting, Removed. It stays in contact until all know.</summary>
    public void Leave(Address address) => _daemon.Tell(new Leave(address), ActorRefs.NoSender);

    public Task LeaveAsync() => LeaveAsync(CancellationToken.None);

    /// <summary>Lets this node leave; completes when it has been removed.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        var left = When(status => status == MemberStatus.Removed);
        Leave(SelfAddress);
        return left.WaitAsync(cancellationToken);
    }

    /// <summary>Declares a member dead. It is removed without its consent, and must not go on if it lives.</summary>
    public void Down(Address address) => _daemon.Tell(new Down(address), ActorRefs.NoSender);

    /// <summary>Runs once this node is Up; at once if it is. On the thread pool.</summary>
    public void RegisterOnMemberUp(Action callback) => _callbacks.Add(status => status == MemberStatus.Up, Reached, callback);

    /// <summary>Runs once this node is no member any more; at once if the cluster has been shut down. On the thread pool.</summary>
    public void RegisterOnMemberRemoved(Action callback) => _callbacks.Add(status => status == MemberStatus.Removed, Reached, callback);

    /// <summary>The path of an actor as other nodes know it.</summary>
    public ActorPath RemotePathOf(IActorRef actorRef) =>
        actorRef.Path.Address.Host is null ? ActorPath.Parse(actorRef.Path.ToStringWithAddress(SelfAddress)) : actorRef.Path;

    /// <summary>Takes this node out at once, without telling the others.</summary>
    internal void Shutdown()
    {
        if (_terminated)
        {
            return;
        }

        LogInfo("Cluster Node [{0}] - Shutting down...", SelfAddress);
        System.Stop(_daemon);
        MarkTerminated();
        LogInfo("Cluster Node [{0}] - Successfully shut down", SelfAddress);
    }

    /// <summary>Called by the publisher alone, before it tells subscribers.</summary>
    internal void Update(MembershipView view)
    {
        _view = view;
        if (view.SelfMember is { } self)
        {
            _callbacks.SelfIs(self.Status);
        }
    }

    /// <summary>Completes when this node is in such a status; Removed only counts for good, not before joining.</summary>
    internal Task When(Func<MemberStatus, bool> reached)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _callbacks.Add(reached, Reached, done.SetResult);
        return done.Task;
    }

    internal void LogInfo(string template, params object[] args)
    {
        if (Settings.LogInfo)
        {
            Log.Info(template, args);
        }
    }

    private MemberStatus? Reached() => _terminated ? MemberStatus.Removed : _view.SelfMember?.Status;

    private async Task Joined(TimeSpan timeout, string what, CancellationToken token)
    {
        try
        {
            await When(status => status is MemberStatus.Up or MemberStatus.Removed).WaitAsync(timeout, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            throw new ClusterJoinFailedException($"Node has not managed to join {what}: {e.Message}");
        }

        if (_terminated)
        {
            throw new ClusterJoinFailedException($"Node has not managed to join {what}: the cluster has been shut down");
        }
    }

    private void MarkTerminated()
    {
        _terminated = true;
        _callbacks.SelfIs(MemberStatus.Removed);
    }
}
