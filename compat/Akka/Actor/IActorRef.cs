using Akka.Dispatch.SysMsg;

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

/// <summary>Tells refs of this process from those of others.</summary>
public interface IActorRefScope
{
    bool IsLocal { get; }
}

/// <summary>What the runtime asks of every ref: its place in the tree, life-cycle commands and system messages.</summary>
public interface IInternalActorRef : IActorRef, IActorRefScope
{
    IInternalActorRef Parent { get; }

    IActorRefProvider Provider { get; }

    bool IsTerminated { get; }

    /// <summary>The ref below this one along these names (".." goes up); <see cref="ActorRefs.Nobody"/> when there's none.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    void Start();

    void Resume(Exception? causedByFailure = null);

    void Suspend();

    void Restart(Exception cause);

    void Stop();

    void SendSystemMessage(ISystemMessage message);
}

/// <summary>Sends with the current actor as sender.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the running actor, if there's one, as sender.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self);

    /// <summary>Tells with the sender of the message being handled as sender.</summary>
    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}

/// <summary>The refs that aren't anyone.</summary>
public static class ActorRefs
{
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>No sender: the receiver sees dead letters as sender.</summary>
    public static readonly IActorRef NoSender = null!;
}
