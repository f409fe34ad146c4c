using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Event;

namespace Akka.Cluster.Daemon;

// Between nodes.

/// <summary>Asks a seed node whether it is in a cluster.</summary>
internal sealed record InitJoin : IClusterMessage, IDeadLetterSuppression;

/// <summary>A seed node that is in a cluster, and can be joined at <paramref name="Address"/>.</summary>
internal sealed record InitJoinAck(Address Address) : IClusterMessage, IDeadLetterSuppression;

/// <summary>A seed node that is in no cluster itself yet.</summary>
internal sealed record InitJoinNack(Address Address) : IClusterMessage, IDeadLetterSuppression;

internal sealed record Join(UniqueAddress Node, ImmutableHashSet<string> Roles) : IClusterMessage;

internal sealed record Welcome(UniqueAddress From, Gossip Gossip) : IClusterMessage;

internal sealed record GossipEnvelope(UniqueAddress From, UniqueAddress To, Gossip Gossip) : IClusterMessage, IDeadLetterSuppression;

/// <summary>Only the version: enough where the receiver probably has the same.</summary>
internal sealed record GossipStatus(UniqueAddress From, VectorClock Version) : IClusterMessage, IDeadLetterSuppression;

internal sealed record Heartbeat(Address From) : IClusterMessage, IDeadLetterSuppression;

internal sealed record HeartbeatRsp(UniqueAddress From) : IClusterMessage, IDeadLetterSuppression;

/// <summary>A member that has done all it had to do before its removal.</summary>
internal sealed record ExitingConfirmed(UniqueAddress Node) : IClusterMessage, IDeadLetterSuppression;

internal sealed record Leave(Address Address) : IClusterMessage;

internal sealed record Down(Address Address) : IClusterMessage;

// Within a node.

internal sealed record JoinTo(Address Address);

internal sealed record JoinSeedNodes(ImmutableList<Address> SeedNodes);

/// <summary>Sends to the publisher: the gossip has changed.</summary>
internal sealed record PublishChanges(MembershipView View);

internal sealed record Subscribe(IActorRef Subscriber, ClusterEvent.SubscriptionInitialStateMode Mode, ImmutableHashSet<Type> To);

internal sealed record Unsubscribe(IActorRef Subscriber, Type? To);

internal sealed record SendCurrentClusterState(IActorRef Receiver);

/// <summary>The coordinated shutdown has run all that must run before this node's removal.</summary>
internal sealed record ExitingCompleted : IDeadLetterSuppression;

/// <summary>Sent to the heartbeat sender when the first heartbeat of a node should have been answered.</summary>
internal sealed record ExpectFirstHeartbeat(UniqueAddress From);

internal sealed record Tick(TickKind Kind) : INotInfluenceReceiveTimeout, IDeadLetterSuppression
{
    public static readonly Tick Gossip = new(TickKind.Gossip);
    public static readonly Tick Leader = new(TickKind.Leader);
    public static readonly Tick Reap = new(TickKind.Reap);
    public static readonly Tick Join = new(TickKind.Join);
    public static readonly Tick StartOver = new(TickKind.StartOver);
    public static readonly Tick GiveUpJoining = new(TickKind.GiveUpJoining);
    public static readonly Tick Heartbeat = new(TickKind.Heartbeat);
}

internal enum TickKind
{
    Gossip,
    Leader,
    Reap,
    Join,
    StartOver,
    GiveUpJoining,
    Heartbeat,
}
