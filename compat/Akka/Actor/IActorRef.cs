namespace Akka.Actor;

/// <summary>What can be told something.</summary>
public interface ICanTell
{
    void Tell(object message, IActorRef? sender);
}

/// <summary>A handle to an actor, here or elsewhere. Two are equal when path and uid are.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    ActorPath Path { get; }
}

/// <summary>Sends with the current actor as sender.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the running actor, if there's one, as sender.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self);

    /// <summary>Tells with the sender of the message being handled as sender.</summary>
    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}
