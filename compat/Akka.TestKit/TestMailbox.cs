using System.Collections.Concurrent;

namespace Akka.TestKit;

/// <summary>What the test actor got and the test hasn't looked at. One reader: the test.</summary>
internal sealed class TestMailbox
{
    private readonly ConcurrentQueue<MessageEnvelope> _queue = new();
    private readonly SemaphoreSlim _available = new(0);

    public bool HasMessages => !_queue.IsEmpty;

    public void Add(MessageEnvelope envelope)
    {
        _queue.Enqueue(envelope);
        _available.Release();
    }

    /// <summary>The next message, null when none comes in time. When <paramref name="sync"/>, the task is complete on return.</summary>
    public async ValueTask<MessageEnvelope?> Take(bool sync, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var got = sync
            ? _available.Wait(timeout, cancellationToken)
            : await _available.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        return got && _queue.TryDequeue(out var envelope) ? envelope : null;
    }
}
