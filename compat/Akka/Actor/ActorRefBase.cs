using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Equality and order of refs: by path, then by incarnation.</summary>
public abstract class ActorRefBase : IActorRef
{
    public abstract ActorPath Path { get; }

    public void Tell(object message, IActorRef? sender)
    {
        if (message is null) throw new InvalidMessageException("Message is null.");
        TellInternal(message, sender!);
    }

    protected abstract void TellInternal(object message, IActorRef sender);

    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    public override bool Equals(object? obj) => obj is IActorRef other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path);

    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        IActorRef other => CompareTo(other),
        _ => throw new ArgumentException($"Cannot compare an actor ref with a {obj.GetType()}.", nameof(obj)),
    };

    public int CompareTo(IActorRef? other)
    {
        if (other is null) return 1;
        var path = Path.CompareTo(other.Path);
        return path != 0 ? path : Path.Uid.CompareTo(other.Path.Uid);
    }

    public override string ToString() =>
        Path.Uid == ActorPath.UndefinedUid ? $"[{Path}]" : $"[{Path.ToStringWithUid()}]";
}

/// <summary>A ref as the runtime sees it.</summary>
public abstract class InternalActorRefBase : ActorRefBase, IInternalActorRef
{
    public abstract IInternalActorRef Parent { get; }

    public abstract IActorRefProvider Provider { get; }

    public abstract bool IsTerminated { get; }

    public abstract bool IsLocal { get; }

    public abstract IActorRef GetChild(IReadOnlyList<string> name);

    public abstract void Start();

    public abstract void Resume(Exception? causedByFailure = null);

    public abstract void Suspend();

    public abstract void Restart(Exception cause);

    public abstract void Stop();

    public abstract void SendSystemMessage(ISystemMessage message);
}

/// <summary>A ref without an actor behind it: it has no life cycle, and drops what it's told unless a subclass says otherwise.</summary>
public abstract class MinimalActorRef : InternalActorRefBase
{
    public override IInternalActorRef Parent => ActorRefs.Nobody;

    public override bool IsTerminated => false;

    public override bool IsLocal => true;

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        foreach (var element in name)
        {
            if (element.Length > 0) return ActorRefs.Nobody;
        }

        return this;
    }

    public override void Start()
    {
    }

    public override void Resume(Exception? causedByFailure = null)
    {
    }

    public override void Suspend()
    {
    }

    public override void Restart(Exception cause)
    {
    }

    public override void Stop()
    {
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
    }
}

/// <summary>The ref of no actor at all; what it's told is gone.</summary>
public sealed class Nobody : MinimalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems")) / "Nobody";

    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody has no provider.");
}
