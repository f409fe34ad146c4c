using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Failure, verdict, restart and stop: what a cell does when things go wrong, or end.</summary>
internal sealed partial class ActorCell
{
    private enum Waiting
    {
        No,
        ToRecreate,
        ToTerminate,
    }

    // While it waits for its children to be gone, a cell handles system messages only.
    private Waiting _waiting;
    private Exception? _recreationCause;
    private bool _failed;
    private IActorRef? _failedChild;

    private bool IsTerminating => _waiting == Waiting.ToTerminate || Mailbox.IsClosed;

    private void HandleInvokeFailure(Exception cause, IActorRef? failedChild = null)
    {
        if (Mailbox.IsClosed)
        {
            Publish(new Error(cause, Self.Path.ToString(), Props.Type, $"failed after it had stopped: {cause.Message}"));
            return;
        }

        if (_failed) return;
        _failed = true;
        _failedChild = failedChild;
        Mailbox.Suspend();
        foreach (var child in GetChildren())
        {
            if (!child.Equals(failedChild)) child.Suspend();
        }

        Parent.SendSystemMessage(new Failed(Self, cause, Self.Path.Uid));
    }

    private void HandleFailed(Failed failed)
    {
        var previous = _current;
        _current = new Envelope(failed, failed.Child);
        try
        {
            if (StatsOf(failed.Child) is not { } stats || stats.Child.Path.Uid != failed.Uid) return;
            var strategy = Supervisor;
            if (!strategy.HandleFailure(this, failed.Child, failed.Cause, stats, AllChildStats()))
                HandleInvokeFailure(failed.Cause, failed.Child);
        }
        finally
        {
            _current = previous;
        }
    }

    private SupervisorStrategy Supervisor => Props.SupervisorStrategy ?? (_strategy ??= _actor?.CreateSupervisorStrategy() ?? SupervisorStrategy.DefaultStrategy);

    private SupervisorStrategy? _strategy;

    private void FaultSuspend()
    {
        Mailbox.Suspend();
        foreach (var child in GetChildren()) child.Suspend();
    }

    private void FaultResume(Exception? causedByFailure)
    {
        if (_actor is null && causedByFailure is not null)
        {
            // There's no instance to go on with.
            FaultRecreate(causedByFailure);
            return;
        }

        var failedChild = _failedChild;
        if (causedByFailure is not null)
        {
            ClearFailed();
            if (!Mailbox.IsAwaiting) _current = default;
        }

        Mailbox.Resume();
        foreach (var child in GetChildren()) child.Resume(child.Equals(failedChild) ? causedByFailure : null);
    }

    private void FaultRecreate(Exception cause)
    {
        if (IsTerminating || _waiting == Waiting.ToRecreate) return;
        if (_actor is { } failedActor)
        {
            var message = _current.Message;
            try
            {
                failedActor.AroundPreRestart(cause, message!);
            }
            catch (Exception exception)
            {
                Publish(new Error(exception, Self.Path.ToString(), failedActor.GetType(), new PreRestartException(Self, exception, cause, message).Message));
            }
            finally
            {
                ClearActor(failedActor);
                _timers?.CancelAll();
                // The new instance gets what the old one had put aside.
                _stash?.UnstashAll();
                _actor = null;
                _strategy = null;
                _current = default;
            }
        }
        else
        {
            foreach (var child in GetChildren()) Stop(child);
        }

        _recreationCause = cause;
        // Children that PreRestart chose to keep live on; those it stopped must be gone before the new instance starts.
        if (_stoppingChildren is { Count: > 0 }) _waiting = Waiting.ToRecreate;
        else FinishRecreate();
    }

    private void FinishRecreate()
    {
        var cause = _recreationCause!;
        _recreationCause = null;
        _waiting = Waiting.No;
        var survivors = GetChildren();
        ClearFailed();
        try
        {
            var actor = NewActor();
            _actor = actor;
            Mailbox.Resume();
            actor.AroundPostRestart(cause, null!);
            if (SystemImpl.Settings.DebugLifecycle) Publish(new Debug(Self.Path.ToString(), actor.GetType(), "restarted"));
            foreach (var child in survivors) child.Restart(cause);
            if (HasReceiveTimeout) EndReceiveTimeoutActivity();
        }
        catch (Exception exception)
        {
            if (_actor is not null)
            {
                Mailbox.Suspend();
                ClearActor(_actor);
                _actor = null;
            }

            // Suspended once already, from the failure before: the new failure takes that over.
            _failed = true;
            Parent.SendSystemMessage(new Failed(Self, new PostRestartException(Self, exception, cause), Self.Path.Uid));
        }
    }

    private void Terminate()
    {
        if (IsTerminating) return;
        ClearReceiveTimeout();
        _timers?.CancelAll();
        lock (_childrenLock) _noMoreChildren = true;
        var waitedToRecreate = _waiting == Waiting.ToRecreate;
        _waiting = Waiting.ToTerminate;
        foreach (var child in GetChildren()) child.Stop();
        if (HasChildren)
        {
            if (!waitedToRecreate) Mailbox.Suspend();
            ClearFailed();
        }
        else
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        var actor = _actor;
        try
        {
            actor?.AroundPostStop();
        }
        catch (Exception exception)
        {
            Publish(new Error(exception, Self.Path.ToString(), actor!.GetType(), exception.Message));
        }
        finally
        {
            if (actor is not null && SystemImpl.Settings.DebugLifecycle) Publish(new Debug(Self.Path.ToString(), actor.GetType(), "stopped"));
            _timers?.CancelAll();
            ReturnStash();
            Mailbox.Close();
            Dispatcher.Detach();
            Parent.SendSystemMessage(new DeathWatchNotification(Self, true, false));
            TellWatchersWeDied();
            UnwatchAll();
            if (actor is not null) ClearActor(actor);
            _actor = null;
            _current = default;
        }
    }

    private void ReturnStash()
    {
        if (_stash is null) return;
        foreach (var envelope in _stash.ClearStash()) SystemImpl.DeadLetters.Tell(new DeadLetter(envelope.Message, envelope.Sender ?? _deadLetters, Self), Self);
    }

    private void HandleChildTerminated(IActorRef child)
    {
        _stoppingChildren?.Remove(child);
        switch (_waiting)
        {
            case Waiting.ToTerminate:
                if (!HasChildren) FinishTerminate();
                break;
            case Waiting.ToRecreate:
                if (_stoppingChildren is not { Count: > 0 }) FinishRecreate();
                break;
        }
    }

    private HashSet<IActorRef>? _stoppingChildren;

    private void ClearFailed()
    {
        _failed = false;
        _failedChild = null;
    }
}
