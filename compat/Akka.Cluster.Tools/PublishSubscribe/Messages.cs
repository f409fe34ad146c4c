using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Tools.PublishSubscribe;

/// <summary>Subscribes an actor of this node to a topic; in a group, it shares the messages that go to one of each group. Answered by <see cref="SubscribeAck"/>.</summary>
public sealed class Subscribe : IEquatable<Subscribe>
{
    public Subscribe(string topic, IActorRef @ref, string? group = null)
    {
        Topic = topic;
        Ref = @ref;
        Group = group;
    }

    public string Topic { get; }

    public IActorRef Ref { get; }

    public string? Group { get; }

    public bool Equals(Subscribe? other) => other is not null && Topic == other.Topic && Equals(Ref, other.Ref) && Group == other.Group;

    public override bool Equals(object? obj) => Equals(obj as Subscribe);

    public override int GetHashCode() => HashCode.Combine(Topic, Ref, Group);

    public override string ToString() => $"Subscribe<Topic={Topic}, Ref={Ref}, Group={Group}>";
}

/// <summary>Takes a subscription back. Answered by <see cref="UnsubscribeAck"/>.</summary>
public sealed class Unsubscribe : IEquatable<Unsubscribe>
{
    public Unsubscribe(string topic, IActorRef @ref, string? group = null)
    {
        Topic = topic;
        Ref = @ref;
        Group = group;
    }

    public string Topic { get; }

    public IActorRef Ref { get; }

    public string? Group { get; }

    public bool Equals(Unsubscribe? other) => other is not null && Topic == other.Topic && Equals(Ref, other.Ref) && Group == other.Group;

    public override bool Equals(object? obj) => Equals(obj as Unsubscribe);

    public override int GetHashCode() => HashCode.Combine(Topic, Ref, Group);

    public override string ToString() => $"Unsubscribe<Topic={Topic}, Ref={Ref}, Group={Group}>";
}

/// <summary>The subscription stands on this node; other nodes learn of it.</summary>
public sealed class SubscribeAck : IDeadLetterSuppression, IEquatable<SubscribeAck>
{
    public SubscribeAck(Subscribe subscribe)
    {
        Subscribe = subscribe;
    }

    public Subscribe Subscribe { get; }

    public bool Equals(SubscribeAck? other) => other is not null && Equals(Subscribe, other.Subscribe);

    public override bool Equals(object? obj) => Equals(obj as SubscribeAck);

    public override int GetHashCode() => HashCode.Combine(Subscribe);

    public override string ToString() => $"SubscribeAck<Subscribe={Subscribe}>";
}

/// <summary>The subscription has been taken back.</summary>
public sealed class UnsubscribeAck : IEquatable<UnsubscribeAck>
{
    public UnsubscribeAck(Unsubscribe unsubscribe)
    {
        Unsubscribe = unsubscribe;
    }

    public Unsubscribe Unsubscribe { get; }

    public bool Equals(UnsubscribeAck? other) => other is not null && Equals(Unsubscribe, other.Unsubscribe);

    public override bool Equals(object? obj) => Equals(obj as UnsubscribeAck);

    public override int GetHashCode() => HashCode.Combine(Unsubscribe);

    public override string ToString() => $"UnsubscribeAck<Unsubscribe={Unsubscribe}>";
}

/// <summary>Registers an actor of this node under its path.</summary>
public sealed class Put : IEquatable<Put>
{
    public Put(IActorRef @ref)
    {
        Ref = @ref;
    }

    public IActorRef Ref { get; }

    public bool Equals(Put? other) => other is not null && Equals(Ref, other.Ref);

    public override bool Equals(object? obj) => Equals(obj as Put);

    public override int GetHashCode() => HashCode.Combine(Ref);

    public override string ToString() => $"Put<Ref={Ref}>";
}

/// <summary>Takes a registration of <see cref="Put"/> back.</summary>
public sealed class Remove : IEquatable<Remove>
{
    public Remove(string path)
    {
        Path = path;
    }

    public string Path { get; }

    public bool Equals(Remove? other) => other is not null && Path == other.Path;

    public override bool Equals(object? obj) => Equals(obj as Remove);

    public override int GetHashCode() => HashCode.Combine(Path);

    public override string ToString() => $"Remove<Path={Path}>";
}

/// <summary>To all subscribers of a topic without a group; or to one subscriber of each group.</summary>
public sealed class Publish : IDistributedPubSubMessage, IWrappedMessage, IEquatable<Publish>
{
    public Publish(string topic, object message, bool sendOneMessageToEachGroup = false)
    {
        Topic = topic;
        Message = message;
        SendOneMessageToEachGroup = sendOneMessageToEachGroup;
    }

    public string Topic { get; }

    public object Message { get; }

    public bool SendOneMessageToEachGroup { get; }

    public bool Equals(Publish? other) => other is not null && Topic == other.Topic && Equals(Message, other.Message) && SendOneMessageToEachGroup == other.SendOneMessageToEachGroup;

    public override bool Equals(object? obj) => Equals(obj as Publish);

    public override int GetHashCode() => HashCode.Combine(Topic, Message, SendOneMessageToEachGroup);

    public override string ToString() => $"Publish<Topic={Topic}, Message={Message}, SendOneMessageToEachGroup={SendOneMessageToEachGroup}>";
}

/// <summary>To one of the actors registered under a path; one of this node if there is one and <see cref="LocalAffinity"/> asks for it.</summary>
public sealed class Send : IDistributedPubSubMessage, IWrappedMessage, IEquatable<Send>
{
    public Send(string path, object message, bool localAffinity = false)
    {
        Path = path;
        Message = message;
        LocalAffinity = localAffinity;
    }

    public string Path { get; }

    public object Message { get; }

    public bool LocalAffinity { get; }

    public bool Equals(Send? other) => other is not null && Path == other.Path && Equals(Message, other.Message) && LocalAffinity == other.LocalAffinity;

    public override bool Equals(object? obj) => Equals(obj as Send);

    public override int GetHashCode() => HashCode.Combine(Path, Message, LocalAffinity);

    public override string ToString() => $"Send<Path={Path}, Message={Message}, LocalAffinity={LocalAffinity}>";
}

/// <summary>To all actors registered under a path, this node's own too unless <see cref="ExcludeSelf"/>.</summary>
public sealed class SendToAll : IDistributedPubSubMessage, IWrappedMessage, IEquatable<SendToAll>
{
    public SendToAll(string path, object message, bool excludeSelf = false)
    {
        Path = path;
        Message = message;
        ExcludeSelf = excludeSelf;
    }

    public string Path { get; }

    public object Message { get; }

    public bool ExcludeSelf { get; }

    public bool Equals(SendToAll? other) => other is not null && Path == other.Path && Equals(Message, other.Message) && ExcludeSelf == other.ExcludeSelf;

    public override bool Equals(object? obj) => Equals(obj as SendToAll);

    public override int GetHashCode() => HashCode.Combine(Path, Message, ExcludeSelf);

    public override string ToString() => $"SendToAll<Path={Path}, Message={Message}, ExcludeSelf={ExcludeSelf}>";
}

/// <summary>Asks a mediator which topics it knows. Answered by <see cref="CurrentTopics"/>.</summary>
public sealed class GetTopics
{
    private GetTopics()
    {
    }

    public static GetTopics Instance { get; } = new();
}

/// <summary>The topics that have subscribers, here or elsewhere.</summary>
public sealed class CurrentTopics : IEquatable<CurrentTopics>
{
    public CurrentTopics(IImmutableSet<string> topics) => Topics = topics;

    public IImmutableSet<string> Topics { get; }

    public bool Equals(CurrentTopics? other) => other is not null && Topics.SetEquals(other.Topics);

    public override bool Equals(object? obj) => Equals(obj as CurrentTopics);

    public override int GetHashCode() => Topics.Count;

    public override string ToString() => $"CurrentTopics<{string.Join(", ", Topics)}>";
}

/// <summary>Marks what mediators send each other; bound to their serializer.</summary>
public interface IDistributedPubSubMessage
{
}
