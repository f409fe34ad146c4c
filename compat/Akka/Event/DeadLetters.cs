using Akka.Actor;

namespace Akka.Event;

/// <summary>A message that isn't worth a dead letter.</summary>
public interface IDeadLetterSuppression
{
}

/// <summary>A message that didn't reach an actor's handler.</summary>
public abstract class AllDeadLetters : IWrappedMessage
{
    protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
    }

    public object Message { get; }

    public IActorRef Recipient { get; }

    public IActorRef Sender { get; }

    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>The receiver doesn't exist any more, or never did.</summary>
public sealed class DeadLetter : AllDeadLetters
{
    public DeadLetter(object message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
    }
}

/// <summary>As <see cref="DeadLetter"/>, for messages that aren't worth one.</summary>
public sealed class SuppressedDeadLetter : AllDeadLetters
{
    public SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
    }
}

/// <summary>The actor has no handler for it.</summary>
public sealed class UnhandledMessage : AllDeadLetters
{
    public UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
    }
}

/// <summary>Dropped on the way, for the reason given.</summary>
public sealed class Dropped : AllDeadLetters
{
    public Dropped(object message, string reason, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient) => Reason = reason;

    public Dropped(object message, string reason, IActorRef recipient)
        : this(message, reason, ActorRefs.NoSender, recipient)
    {
    }

    public string Reason { get; }
}

/// <summary>Tells the dead letter log that the system goes down.</summary>
internal sealed class SilenceDeadLetters : IDeadLetterSuppression;

/// <summary>Logs dead letters, up to akka.log-dead-letters of them, then pauses.</summary>
internal sealed class DeadLetterListener : ActorBase
{
    private readonly int _limit;
    private readonly TimeSpan _suspendFor;
    private int _count;
    private long _silentUntil;
    private bool _silent;

    public DeadLetterListener()
    {
        _limit = Context.System.Settings.LogDeadLetters;
        _suspendFor = Context.System.Settings.LogDeadLettersSuspendDuration;
    }

    protected override void PreStart()
    {
        foreach (var type in (Type[])[typeof(DeadLetter), typeof(Dropped), typeof(UnhandledMessage), typeof(SilenceDeadLetters)])
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case SilenceDeadLetters:
                _silent = true;
                return true;
            case AllDeadLetters letter:
                if (!_silent) Log(letter);
                return true;
            default:
                return false;
        }
    }

    private void Log(AllDeadLetters letter)
    {
        var isPaused = _limit != int.MaxValue && _count >= _limit;
        if (isPaused)
        {
            if (_suspendFor == Timeout.InfiniteTimeSpan || Environment.TickCount64 < _silentUntil) return;
            _count = 0;
        }

        _count++;
        var last = _count == _limit ? $" No more dead letters will be logged{(_suspendFor == Timeout.InfiniteTimeSpan ? "" : $" in next [{_suspendFor}]")}." : "";
        if (last.Length > 0) _silentUntil = Environment.TickCount64 + (long)_suspendFor.TotalMilliseconds;
        var kind = letter is UnhandledMessage ? "unhandled" : letter is Dropped dropped ? $"dropped ({dropped.Reason})" : "not delivered";
        Context.System.EventStream.Publish(new Info(
            letter.Recipient.Path.ToString(),
            letter.Recipient.GetType(),
            $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} was {kind}. [{_count}] dead letters encountered.{last} "
            + "This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'."));
    }
}
