using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Configuration;
using Akka.Util;

namespace Akka.Cluster.Tools.Singleton;

public class ClusterSingletonProvider : ExtensionIdProvider<ClusterSingleton>
{
    public override ClusterSingleton CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Singletons by name: on nodes with the role a manager, and everywhere a proxy.</summary>
public class ClusterSingleton : IExtension
{
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _proxies = new();
    private readonly ExtendedActorSystem _system;

    public ClusterSingleton(ExtendedActorSystem system) => _system = system;

    public static ClusterSingleton Get(ActorSystem system) => system.WithExtension<ClusterSingleton, ClusterSingletonProvider>();

    /// <summary>Starts the singleton's manager, if this node can have it, and its proxy; once per name.</summary>
    /// <returns>The proxy.</returns>
    public IActorRef Init(SingletonActor singleton)
    {
        var settings = singleton.Settings.GetOrElse(ClusterSingletonSettings.Create(_system));
        var managerName = $"singletonManager{singleton.Name}";
        return _proxies.GetOrAdd($"{singleton.Name}/{settings.Role}", _ => new Lazy<IActorRef>(() =>
        {
            if (settings.Role is null || Cluster.Get(_system).SelfRoles.Contains(settings.Role))
            {
                _system.SystemActorOf(
                    ClusterSingletonManager.Props(singleton.Props, singleton.StopMessage.GetOrElse(PoisonPill.Instance), settings.ToManager(singleton.Name)),
                    managerName);
            }

            return _system.SystemActorOf(
                ClusterSingletonProxy.Props($"/system/{managerName}", settings.ToProxy(singleton.Name)),
                $"singletonProxy{singleton.Name}");
        })).Value;
    }
}

/// <summary>A singleton to be: what it is, how it is called, and how it is stopped.</summary>
public class SingletonActor
{
    private SingletonActor(string name, Props props, Option<object> stopMessage, Option<ClusterSingletonSettings> settings)
    {
        Name = name;
        Props = props;
        StopMessage = stopMessage;
        Settings = settings;
    }

    public string Name { get; }

    public Props Props { get; }

    /// <summary>What the singleton stops itself on; without one it gets a <see cref="PoisonPill"/>.</summary>
    public Option<object> StopMessage { get; }

    public Option<ClusterSingletonSettings> Settings { get; }

    public static SingletonActor Create(Props props, string name) =>
        new(name, props, Option<object>.None, Option<ClusterSingletonSettings>.None);

    public SingletonActor WithProps(Props props) => new(Name, props, StopMessage, Settings);

    public SingletonActor WithStopMessage(object stopMessage) => new(Name, Props, new Option<object>(stopMessage), Settings);

    public SingletonActor WithSettings(ClusterSingletonSettings settings) => new(Name, Props, StopMessage, new Option<ClusterSingletonSettings>(settings));
}

/// <summary>The settings of a singleton's manager and proxy in one.</summary>
public class ClusterSingletonSettings : INoSerializationVerificationNeeded
{
    private readonly ClusterSingletonManagerSettings _manager;
    private readonly ClusterSingletonProxySettings _proxy;

    private ClusterSingletonSettings(ClusterSingletonManagerSettings manager, ClusterSingletonProxySettings proxy)
    {
        _manager = manager;
        _proxy = proxy;
    }

    public string? Role => _manager.Role;

    public TimeSpan SingletonIdentificationInterval => _proxy.SingletonIdentificationInterval;

    public TimeSpan RemovalMargin => _manager.RemovalMargin;

    public TimeSpan HandOverRetryInterval => _manager.HandOverRetryInterval;

    public int BufferSize => _proxy.BufferSize;

    public static ClusterSingletonSettings Create(ActorSystem system) =>
        new(ClusterSingletonManagerSettings.Create(system), ClusterSingletonProxySettings.Create(system));

    public ClusterSingletonSettings WithRole(string? role) => new(_manager.WithRole(role), _proxy.WithRole(role));

    public ClusterSingletonSettings WithRemovalMargin(TimeSpan removalMargin) => new(_manager.WithRemovalMargin(removalMargin), _proxy);

    public ClusterSingletonSettings WithHandOverRetryInterval(TimeSpan handOverRetryInterval) =>
        new(_manager.WithHandOverRetryInterval(handOverRetryInterval), _proxy);

    internal ClusterSingletonManagerSettings ToManager(string name) => _manager.WithSingletonName(name);

    internal ClusterSingletonProxySettings ToProxy(string name) => _proxy.WithSingletonName(name).WithRole(Role);
}
