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

/// <summary>Runs mailboxes on threads of its own (fork-join and pinned dispatchers).</summary>
internal sealed class DedicatedThreadsDispatcher : MessageDispatcher
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _work = [];

    public DedicatedThreadsDispatcher(string id, int throughput, int threads)
        : base(id, throughput)
    {
        for (var i = 0; i < threads; i++)
            new Thread(Run) { IsBackground = true, Name = $"{id}-{i}" }.Start();
    }

    internal override void Execute(IThreadPoolWorkItem work)
    {
        if (!_work.IsAddingCompleted) _work.Add(work);
    }

    internal override void Shutdown() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work.Execute();
    }
}
