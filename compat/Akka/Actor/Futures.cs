namespace Akka.Actor;

/// <summary>A failure told to an asker.</summary>
public class Failure
{
    public Exception? Exception { get; set; }

    public DateTime Timestamp { get; set; }
}

/// <summary>Asking: a message out, the first answer back as a task.</summary>
public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    /// <summary>Asks with a message that carries the asker's ref; without a timeout, akka.actor.ask-timeout holds.</summary>
    /// <exception cref="AskTimeoutException">(in the task) no answer came in time</exception>
    /// <exception cref="ArgumentException">(in the task) the answer is of another type</exception>
    public static async Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var provider = ProviderOf(self) ?? throw new ArgumentException("Unable to resolve the target Provider", nameof(self));
        var asker = new FutureActorRef<T>(provider);
        var limit = timeout ?? provider.Settings.AskTimeout;
        var message = messageFactory(asker);
        using var cancelled = cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static (state, token) => ((FutureActorRef<T>)state!).Fail(new TaskCanceledException(null, null, token)), asker)
            : default;
        if (limit < TimeSpan.Zero)
        {
            self.Tell(message, asker);
            return await asker.Result.ConfigureAwait(false);
        }

        using var timer = new Timer(
            static state =>
            {
                var (pending, after) = ((FutureActorRef<T>, TimeSpan))state!;
                pending.Fail(new AskTimeoutException($"Timeout after {after} seconds"));
            },
            (asker, limit),
            limit,
            Timeout.InfiniteTimeSpan);
        self.Tell(message, asker);
        return await asker.Result.ConfigureAwait(false);
    }

    private static IActorRefProvider? ProviderOf(ICanTell target) => target switch
    {
        IInternalActorRef known => known.Provider,
        ActorSelection { Anchor: IInternalActorRef anchor } => anchor.Provider,
        _ => (ActorCell.Current?.SystemImpl)?.Provider,
    };
}

/// <summary>Stopping actors and waiting until they have.</summary>
public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => target.GracefulStop(timeout, PoisonPill.Instance);

    /// <summary>Tells the stop message; true once the actor has terminated, false when it hasn't in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var internalTarget = (IInternalActorRef)target;
        var watcher = new TerminationWatcher(internalTarget.Provider);
        internalTarget.SendSystemMessage(new Dispatch.SysMsg.Watch(internalTarget, watcher));
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            await watcher.Terminated.WaitAsync(timeout).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            internalTarget.SendSystemMessage(new Dispatch.SysMsg.Unwatch(internalTarget, watcher));
            return false;
        }
        finally
        {
            watcher.Dispose();
        }
    }

    private sealed class TerminationWatcher : MinimalActorRef, IDisposable
    {
        private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TerminationWatcher(IActorRefProvider provider)
        {
            Provider = provider;
            Path = provider.TempPath();
            provider.RegisterTempActor(this, Path);
        }

        public Task Terminated => _terminated.Task;

        public override ActorPath Path { get; }

        public override IActorRefProvider Provider { get; }

        public override void SendSystemMessage(Dispatch.SysMsg.ISystemMessage message)
        {
            if (message is Dispatch.SysMsg.DeathWatchNotification) _terminated.TrySetResult();
        }

        public void Dispose() => Provider.UnregisterTempActor(Path);
    }
}

/// <summary>Sending tasks' outcomes to actors.</summary>
public static class PipeToSupport
{
    public static Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, sender ?? ActorRefs.NoSender, result => success is null ? result! : success(result), failure);

    public static Task PipeTo(this Task taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(WithResult(taskToPipe), recipient, sender ?? ActorRefs.NoSender, _ => success is null ? Status.Success.Instance : success(), failure, silentOnSuccess: success is null);

    public static Task PipeTo<T>(this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    private static async Task<bool> WithResult(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private static async Task Pipe<T>(Task<T> task, ICanTell recipient, IActorRef? sender, Func<T, object> success, Func<Exception, object>? failure, bool silentOnSuccess = false)
    {
        T result;
        try
        {
            result = await task.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            recipient.Tell(failure is null ? new Status.Failure(exception) : failure(exception), sender);
            return;
        }

        if (!silentOnSuccess) recipient.Tell(success(result), sender);
    }
}
