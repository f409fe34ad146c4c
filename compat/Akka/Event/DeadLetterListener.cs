using Akka.Actor;

namespace Akka.Event;

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
