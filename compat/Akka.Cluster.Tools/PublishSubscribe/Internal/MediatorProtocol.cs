using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Tools.PublishSubscribe.Internal;

/// <summary>What a mediator knows, by version.</summary>
internal sealed record Status(ImmutableDictionary<UniqueAddress, long> Versions, bool IsReply) : IDistributedPubSubMessage, IDeadLetterSuppression;

/// <summary>What another mediator lacks.</summary>
internal sealed record Delta(ImmutableList<BucketDelta> Buckets) : IDistributedPubSubMessage, IDeadLetterSuppression;

/// <summary>For the receiving node's subscribers of a topic: all without a group, or one of a group.</summary>
internal sealed record ToTopic(string Topic, string? Group, object Message) : IDistributedPubSubMessage, IWrappedMessage;

/// <summary>For the receiving node's actor registered under a path.</summary>
internal sealed record ToPath(string Path, object Message) : IDistributedPubSubMessage, IWrappedMessage;

internal sealed class GossipTick : INotInfluenceReceiveTimeout, IDeadLetterSuppression
{
    public static readonly GossipTick Instance = new();
}
