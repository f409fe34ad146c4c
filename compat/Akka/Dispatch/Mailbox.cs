using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Dispatch;

/// <summary>
/// What has been told to an actor and not been handled. Anyone enqueues; the dispatcher runs the mailbox on one thread
/// at a time, system messages first, users' messages up to the dispatcher's throughput, then lets others have the thread.
/// </summary>
internal sealed class Mailbox(ActorCell cell, MessageDispatcher dispatcher) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Envelope> _queue = new();
    private SystemNode? _system;
    private int _scheduled;
    private volatile bool _closed;

    // Only the running thread touches what follows.
    private Stack<Envelope>? _front;
    private int _suspensions;
    private bool _awaiting;

    public ActorCell Cell => cell;

    public bool IsClosed => _closed;

    public bool IsAwaiting => _awaiting;

    public bool HasMessages => !_queue.IsEmpty || _front is { Count: > 0 };

    public int NumberOfMessages => _queue.Count + (_front?.Count ?? 0);

    public void Enqueue(in Envelope envelope)
    {
        if (_closed)
        {
            ToDeadLetters(envelope);
            return;
        }

        _queue.Enqueue(envelope);
        Schedule();
    }

    public void EnqueueSystem(ISystemMessage message)
    {
        var node = new SystemNode(message);
        SystemNode? head;
        do
        {
            head = Volatile.Read(ref _system);
            node.Next = head;
        }
        while (Interlocked.CompareExchange(ref _system, node, head) != head);
        Schedule();
    }

    /// <summary>Puts a message before all others. For the actor's own thread.</summary>
    public void EnqueueFirst(in Envelope envelope) => (_front ??= new Stack<Envelope>()).Push(envelope);

    public void Suspend() => _suspensions++;

    public void Resume()
    {
        if (_suspensions > 0) _suspensions--;
    }

    public void BeginAwaiting() => _awaiting = true;

    public void EndAwaiting() => _awaiting = false;

    /// <summary>Closes for good; what's left, and what still comes, goes to dead letters.</summary>
    public void Close() => _closed = true;

    public void Execute()
    {
        var previous = cell.Enter();
        try
        {
            RunSystem();
            RunUser();
        }
        finally
        {
            ActorCell.Leave(previous);
        }

        Interlocked.Exchange(ref _scheduled, 0);
        if (Volatile.Read(ref _system) is not null || (HasMessages && (_closed || IsRunning))) Schedule();
    }

    private bool IsRunning => _suspensions == 0 && !_awaiting;

    private void Schedule()
    {
        if (Volatile.Read(ref _scheduled) == 0 && Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0) dispatcher.Execute(this);
    }

    private void RunUser()
    {
        for (var left = dispatcher.Throughput; left > 0 && IsRunning && !_closed; left--)
        {
            if (!TryDequeue(out var envelope)) return;
            cell.Invoke(envelope);
            if (Volatile.Read(ref _system) is not null) RunSystem();
        }

        if (_closed) Drain();
    }

    private void RunSystem()
    {
        while (Volatile.Read(ref _system) is not null)
        {
            var node = Reverse(Interlocked.Exchange(ref _system, null)!);
            for (; node is not null; node = node.Next)
            {
                if (_closed) SystemToDeadLetters(node.Message);
                else cell.InvokeSystem(node.Message);
            }
        }
    }

    private bool TryDequeue(out Envelope envelope)
    {
        if (_front is { Count: > 0 })
        {
            envelope = _front.Pop();
            return true;
        }

        return _queue.TryDequeue(out envelope);
    }

    private void Drain()
    {
        while (TryDequeue(out var envelope)) ToDeadLetters(envelope);
        RunSystem();
    }

    private void ToDeadLetters(in Envelope envelope)
    {
        // A dead subscriber to dead letters: a dead letter about each dead letter would never end.
        if (envelope.Message is AllDeadLetters) return;
        cell.SystemImpl.DeadLetters.Tell(new DeadLetter(envelope.Message, envelope.Sender ?? cell.SystemImpl.DeadLetters, cell.Self), cell.Self);
    }

    private void SystemToDeadLetters(ISystemMessage message)
    {
        // Whoever begins to watch the dead hears so at once.
        if (message is Watch watch)
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, false, false));
        else if (message is Failed or ActorTaskCompleted { Task.IsFaulted: true })
            cell.SystemImpl.EventStream.Publish(new Debug(cell.Self.Path.ToString(), cell.Props.Type, $"{message} came after the actor had stopped"));
    }

    private static SystemNode Reverse(SystemNode node)
    {
        SystemNode? reversed = null;
        for (var next = (SystemNode?)node; next is not null;)
        {
            var following = next.Next;
            next.Next = reversed;
            reversed = next;
            next = following;
        }

        return reversed!;
    }

    private sealed class SystemNode(ISystemMessage message)
    {
        public ISystemMessage Message { get; } = message;

        public SystemNode? Next { get; set; }
    }
}
