using Akka.Actor;
using Akka.Cluster.Sharding.Coordination;
using Akka.Cluster.Sharding.Internal;
using Akka.Cluster.Tools.Singleton;

namespace Akka.Cluster.Sharding;

/// <summary>The parent of all regions, proxies and coordinators, /system/sharding. Starts each of them once.</summary>
internal sealed class ClusterShardingGuardian : ReceiveActor
{
    public ClusterShardingGuardian()
    {
        Receive<Start>(m => Answer(() => StartRegion(m)));
        Receive<StartProxy>(m => Answer(() => StartProxyRegion(m)));
    }

    public static Props Props() => Actor.Props.Create(() => new ClusterShardingGuardian()).WithDeploy(Deploy.Local);

    private static string Encode(string typeName) => Uri.EscapeDataString(typeName);

    /// <summary>A failure is the caller's: it is told instead of the guardian's supervisor.</summary>
    private void Answer(Func<IActorRef> start)
    {
        try
        {
            Sender.Tell(new Started(start()));
        }
        catch (Exception e)
        {
            Sender.Tell(new Status.Failure(e));
        }
    }

    private IActorRef StartRegion(Start m)
    {
        var name = Encode(m.TypeName);
        var coordinatorPath = $"{Self.Path.ToStringWithoutAddress()}/{name}Coordinator/singleton/coordinator";
        if (Context.Child($"{name}Coordinator") is Nobody)
        {
            var tuning = m.Settings.TuningParameters;
            var coordinator = CoordinatorSupervisor.Props(
                ShardCoordinator.Props(name, m.Settings, m.Allocation), tuning.CoordinatorFailureBackoff);
            Context.ActorOf(
                ClusterSingletonManager.Props(
                    coordinator,
                    PoisonPill.Instance,
                    m.Settings.CoordinatorSingletonSettings.WithSingletonName("singleton").WithRole(m.Settings.Role)),
                $"{name}Coordinator");
        }

        var region = Context.Child(name);
        if (region is not Nobody)
        {
            return region;
        }

        var remember = m.Settings.RememberEntities ? new EventSourcedRememberEntitiesProvider(name, m.Settings) : null;
        return Context.ActorOf(
            ShardRegion.Props(name, m.EntityProps, m.Settings, coordinatorPath, m.Extractor, m.HandOffStopMessage, remember), name);
    }

    private IActorRef StartProxyRegion(StartProxy m)
    {
        var name = Encode(m.TypeName);
        var coordinatorPath = $"{Self.Path.ToStringWithoutAddress()}/{name}Coordinator/singleton/coordinator";
        var proxy = Context.Child($"{name}Proxy");
        return proxy is Nobody
            ? Context.ActorOf(ShardRegion.Props(name, null, m.Settings, coordinatorPath, m.Extractor, PoisonPill.Instance, null), $"{name}Proxy")
            : proxy;
    }

    internal sealed record Start(
        string TypeName,
        Func<string, Props> EntityProps,
        ClusterShardingSettings Settings,
        IMessageExtractor Extractor,
        IShardAllocationStrategy Allocation,
        object HandOffStopMessage) : INoSerializationVerificationNeeded;

    internal sealed record StartProxy(string TypeName, ClusterShardingSettings Settings, IMessageExtractor Extractor) : INoSerializationVerificationNeeded;

    internal sealed record Started(IActorRef Region) : INoSerializationVerificationNeeded;
}
