using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>
/// The sender of an ask: the first thing told to it ends the task. It gets a path, and can be found by it, only when
/// somebody looks at the path (to write it to the wire, above all); most asks stay in the process and never need one.
/// </summary>
internal sealed class FutureActorRef<T>(IActorRefProvider provider) : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _pathLock = new();
    private ActorPath? _path;
    private bool _completed;
    private List<IInternalActorRef>? _watchers;

    public Task<T> Result => _result.Task;

    public override IActorRefProvider Provider { get; } = provider;

    public override IInternalActorRef Parent => Provider.TempContainer;

    public override bool IsTerminated => _result.Task.IsCompleted;

    public override ActorPath Path
    {
        get
        {
            if (_path is { } known) return known;
            lock (_pathLock)
            {
                if (_path is not null) return _path;
                var path = Provider.TempPath();
                if (!_completed) Provider.RegisterTempActor(this, path);
                return _path = path;
            }
        }
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch:
                lock (_pathLock)
                {
                    if (!_completed)
                    {
                        (_watchers ??= []).Add(watch.Watcher);
                        return;
                    }
                }

                watch.Watcher.SendSystemMessage(new DeathWatchNotification(this, true, false));
                break;
            case Unwatch unwatch:
                lock (_pathLock) _watchers?.Remove(unwatch.Watcher);
                break;
        }
    }

    public override void Stop() => Fail(new TaskCanceledException("The ask was stopped."));

    public void Fail(Exception exception)
    {
        if (exception is OperationCanceledException canceled) _result.TrySetCanceled(canceled.CancellationToken);
        else _result.TrySetException(exception);
        Forget();
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        bool answered;
        switch (message)
        {
            case T reply:
                answered = _result.TrySetResult(reply);
                break;
            case Status.Failure failure:
                answered = _result.TrySetException(failure.Cause ?? new TaskCanceledException("Task canceled by remote actor."));
                break;
            case Failure failure:
                answered = _result.TrySetException(failure.Exception ?? new TaskCanceledException("Task canceled by remote actor."));
                break;
            default:
                answered = _result.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
                break;
        }

        if (answered) Forget();
        else Provider.DeadLetters.Tell(new Event.DeadLetter(message, sender ?? Provider.DeadLetters, this), this);
    }

    private void Forget()
    {
        List<IInternalActorRef>? watchers;
        lock (_pathLock)
        {
            if (_completed) return;
            _completed = true;
            if (_path is not null) Provider.UnregisterTempActor(_path);
            watchers = _watchers;
        }

        if (watchers is null) return;
        foreach (var watcher in watchers) watcher.SendSystemMessage(new DeathWatchNotification(this, true, false));
    }
}
