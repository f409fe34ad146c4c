using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

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
