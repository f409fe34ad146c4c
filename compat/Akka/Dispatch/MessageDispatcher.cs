using System.Collections.Concurrent;

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

/// <summary>Runs mailboxes on .NET's thread pool.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    internal override void Execute(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}

/// <summary>Runs a mailbox on the thread that tells, unless another thread already runs it (the test actor's).</summary>
internal sealed class CallingThreadDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    internal override void Execute(IThreadPoolWorkItem work) => work.Execute();
}

/// <summary>Runs mailboxes on threads of its own: a fork-join dispatcher's, shared by its actors, or a pinned one's, which ends with its actor.</summary>
internal sealed class DedicatedThreadsDispatcher : MessageDispatcher
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _work = [];
    private readonly bool _isPinned;

    public DedicatedThreadsDispatcher(string id, int throughput, int threads, bool isPinned)
        : base(id, throughput)
    {
        _isPinned = isPinned;
        for (var i = 0; i < threads; i++)
            new Thread(Run) { IsBackground = true, Name = $"{id}-{i}" }.Start();
    }

    internal override void Execute(IThreadPoolWorkItem work)
    {
        if (!TryAdd(work)) ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }

    internal override void Detach()
    {
        if (_isPinned) Shutdown();
    }

    internal override void Shutdown() => _work.CompleteAdding();

    // What still comes after the end (for dead letters) has no thread here any more.
    private bool TryAdd(IThreadPoolWorkItem work)
    {
        if (_work.IsAddingCompleted) return false;
        try
        {
            return _work.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work.Execute();
    }
}
