using Akka.Event;

namespace Akka.Actor;

/// <summary>How a supervisor treats failing children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Initialisation failures, kills and death pacts stop, all else restarts.</summary>
    public static readonly IDecider DefaultDecider = global::Akka.Actor.Decider.From(
        Directive.Restart,
        new KeyValuePair<Type, Directive>(typeof(ActorInitializationException), Directive.Stop),
        new KeyValuePair<Type, Directive>(typeof(ActorKilledException), Directive.Stop),
        new KeyValuePair<Type, Directive>(typeof(DeathPactException), Directive.Stop));

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    public static readonly OneForOneStrategy StoppingStrategy = new(new LocalOnlyDecider(_ => Directive.Stop));

    public abstract IDecider Decider { get; }

    protected bool LoggingEnabled { get; set; } = true;

    protected abstract Directive Handle(IActorRef child, Exception exception);

    /// <summary>Applies the verdict; false when it's to escalate.</summary>
    internal bool HandleFailure(ActorCell cell, IActorRef child, Exception cause, ChildStats stats, IReadOnlyList<ChildStats> children)
    {
        var directive = Handle(child, cause);
        switch (directive)
        {
            case Directive.Escalate:
                LogFailure(cell, child, cause, directive);
                return false;
            case Directive.Resume:
                LogFailure(cell, child, cause, directive);
                ((IInternalActorRef)child).Resume(cause);
                return true;
            case Directive.Restart:
            case Directive.Stop:
                LogFailure(cell, child, cause, directive);
                ProcessFailure(cell, directive == Directive.Restart, child, cause, stats, children);
                return true;
            default:
                throw new NotSupportedException($"The decider returned {directive}.");
        }
    }

    internal abstract void ProcessFailure(ActorCell context, bool restart, IActorRef child, Exception cause, ChildStats stats, IReadOnlyList<ChildStats> children);

    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        if (!LoggingEnabled) return;
        var shown = cause is ActorInitializationException { InnerException: { } inner } ? inner : cause;
        var source = child.Path.ToString();
        context.System.EventStream.Publish(directive switch
        {
            Directive.Resume => new Warning(source, GetType(), shown.Message),
            Directive.Escalate => (LogEvent)new Debug(source, GetType(), $"escalated: {shown.Message}"),
            _ => new Error(cause, source, GetType(), shown.Message),
        });
    }

    protected void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        var known = (IInternalActorRef)child;
        if (suspendFirst) known.Suspend();
        known.Restart(cause);
    }

    private protected static int Milliseconds(TimeSpan? window) => window is { } range && range > TimeSpan.Zero ? (int)range.TotalMilliseconds : -1;
}
