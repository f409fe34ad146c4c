namespace Akka.Actor;

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
