using Akka.Event;

namespace Akka.Actor;

/// <summary>An actor: state and behaviour that only its own messages touch, one after the other.</summary>
public abstract class ActorBase
{
    private static readonly Receive s_emptyReceive = _ => false;

    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.Current ?? throw new ActorInitializationException(
            $"You cannot create an instance of [{GetType().FullName}] explicitly using the constructor (new). Give its Props to ActorOf.");
        _cell.Become(Receive);
    }

    /// <exception cref="NotSupportedException">No actor runs on this thread: it was asked for from another thread or after an await that left the actor.</exception>
    protected static IActorContext Context => ActorCell.RequireCurrent();

    protected static Receive EmptyReceive => s_emptyReceive;

    protected IActorRef Self => ActorCell.RequireCurrent().Self;

    protected IActorRef Sender => ActorCell.RequireCurrent().Sender;

    internal ActorCell Cell => _cell;

    /// <summary>Handles a message; false when it's unknown here.</summary>
    protected abstract bool Receive(object message);

    /// <summary>Runs before the first message, in the first instance (and in each new one, unless <see cref="PostRestart"/> says otherwise).</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Runs when the actor has stopped.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Runs in the failed instance before it's replaced: stops all children and calls <see cref="PostStop"/> unless overridden.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in _cell.GetChildren())
        {
            _cell.Unwatch(child);
            _cell.Stop(child);
        }

        PostStop();
    }

    /// <summary>Runs in the new instance after a failure: calls <see cref="PreStart"/> unless overridden.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>What to do with failing children; asked once per instance.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    /// <summary>Gets what no handler wanted: publishes it as <see cref="UnhandledMessage"/>; an unhandled <see cref="Terminated"/> fails the actor.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated) throw new DeathPactException(terminated.ActorRef);
        _cell.System.EventStream.Publish(new UnhandledMessage(message, _cell.Sender, _cell.Self));
    }

    protected void Become(Receive receive) => _cell.Become(receive);

    protected void BecomeStacked(Receive receive) => _cell.BecomeStacked(receive);

    protected void UnbecomeStacked() => _cell.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => _cell.SetReceiveTimeout(timeout);

    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (receive(message)) return true;
        Unhandled(message);
        return false;
    }

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    internal SupervisorStrategy CreateSupervisorStrategy() => SupervisorStrategy();
}
