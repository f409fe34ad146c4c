using Akka.Actor;

namespace Akka.Dispatch.SysMsg;

/// <summary>What the runtime tells cells, ahead of everything users do.</summary>
public interface ISystemMessage : INoSerializationVerificationNeeded
{
}

internal abstract class SystemMessage : ISystemMessage
{
    public override string ToString() => $"<{GetType().Name}>";
}

/// <summary>Make the actor's first instance.</summary>
internal sealed class Create : SystemMessage
{
}

/// <summary>Make a new instance in the place of the one that failed.</summary>
internal sealed class Recreate(Exception cause) : SystemMessage
{
    public Exception Cause { get; } = cause;
}

/// <summary>Stop handling users' messages until <see cref="Resume"/>.</summary>
internal sealed class Suspend : SystemMessage
{
}

/// <summary>Go on; the cause is set when this very actor's failure led to its suspension.</summary>
internal sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    public Exception? CausedByFailure { get; } = causedByFailure;
}

internal sealed class Terminate : SystemMessage, IPossiblyHarmful, Event.IDeadLetterSuppression
{
}

/// <summary>A child tells its supervisor that it failed and waits for a verdict.</summary>
internal sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public long Uid { get; } = uid;

    public override string ToString() => $"<Failed>: {Child} ({Uid}) {Cause}";
}

/// <summary>Tell <see cref="Watcher"/> when <see cref="Watchee"/> (the receiver) has died. Crosses nodes.</summary>
internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Watch>: {Watcher} wants to watch {Watchee}";
}

/// <summary>Takes a <see cref="Watch"/> back. Crosses nodes.</summary>
internal sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Unwatch>: {Watcher} wants to unwatch {Watchee}";
}

/// <summary><see cref="Actor"/> has died: told to watchers and to the supervisor. Crosses nodes.</summary>
internal sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    : SystemMessage, Event.IDeadLetterSuppression
{
    public IActorRef Actor { get; } = actor;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    public bool AddressTerminated { get; } = addressTerminated;

    public override string ToString() => $"<DeathWatchNotification>: {Actor}, existence confirmed {ExistenceConfirmed}, address terminated {AddressTerminated}";
}

/// <summary>A continuation of an asynchronous handler, to be run as the actor.</summary>
internal sealed class ActorTask(Task task) : SystemMessage
{
    public Task Task { get; } = task;
}

/// <summary>The asynchronous handler has ended: users' messages may go on.</summary>
internal sealed class ActorTaskCompleted(Task task) : SystemMessage
{
    public Task Task { get; } = task;
}
