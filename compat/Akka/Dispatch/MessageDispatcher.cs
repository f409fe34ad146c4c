namespace Akka.Dispatch;

/// <summary>Runs mailboxes on threads.</summary>
public abstract class MessageDispatcher
{
    internal MessageDispatcher(string id, int throughput)
    {
        Id = id;
        Throughput = throughput;
    }

    public string Id { get; protected set; }

    /// <summary>How many messages a mailbox handles before others have its thread.</summary>
    public int Throughput { get; protected set; }

    /// <summary>Runs an action on the dispatcher's threads.</summary>
    public void Schedule(Action run) => Execute(new ActionWorkItem(run));

    internal abstract void Execute(IThreadPoolWorkItem work);

    /// <summary>An actor that ran here has terminated.</summary>
    internal virtual void Detach()
    {
    }

    internal virtual void Shutdown()
    {
    }

    private sealed class ActionWorkItem(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
