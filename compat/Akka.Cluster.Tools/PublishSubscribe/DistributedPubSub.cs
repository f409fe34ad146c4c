using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Cluster.Tools.Configuration;
using Akka.Cluster.Tools.PublishSubscribe.Serialization;
using Akka.Configuration;

namespace Akka.Cluster.Tools.PublishSubscribe;

public sealed class DistributedPubSubExtensionProvider : ExtensionIdProvider<DistributedPubSub>
{
    public override DistributedPubSub CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Publish and subscribe over the cluster, through a mediator on every node.</summary>
public sealed class DistributedPubSub : IExtension
{
    private readonly ExtendedActorSystem _system;

    public DistributedPubSub(ExtendedActorSystem system)
    {
        _system = system;
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        Serializers.Add(system, typeof(IDistributedPubSubMessage), "akka-pubsub", new DistributedPubSubMessageSerializer(system));

        var settings = DistributedPubSubSettings.Create(system);
        Mediator = IsTerminated || (settings.Role is { } role && !Cluster.Get(system).SelfRoles.Contains(role))
            ? system.DeadLetters
            : system.SystemActorOf(
                DistributedPubSubMediator.Props(settings),
                system.Settings.Config.GetString("akka.cluster.pub-sub.name"));
    }

    public bool IsTerminated => Cluster.Get(_system).IsTerminated;

    /// <summary>This node's mediator; the dead letters on a node without the role.</summary>
    public IActorRef Mediator { get; }

    public static DistributedPubSub Get(ActorSystem system) => system.WithExtension<DistributedPubSub, DistributedPubSubExtensionProvider>();

    public static Config DefaultConfig() => ToolsConfig.Default();
}
