using System.Collections.Concurrent;

namespace Akka.Dispatch;

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
