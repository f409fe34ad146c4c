namespace Akka.Actor;

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
