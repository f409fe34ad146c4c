using System.Collections.Concurrent;

namespace Agent.Node.Capture;

/// <summary>The batches of one capture: no more than so many, however far behind the tunnels' actors are.</summary>
internal sealed class PacketBatchPool(int capacity)
{
    /// <summary>16 MiB of packets.</summary>
    internal const int DefaultCapacity = 1024;

    private readonly ConcurrentBag<PacketBatch> _free = [];
    private readonly SemaphoreSlim _permits = new(capacity);

    /// <summary>A batch for a tunnel's packets, or null when all are on their way.</summary>
    internal PacketBatch? TryRent(ulong tunnel) => _permits.Wait(0) ? Take(tunnel) : null;

    /// <summary>A batch for a tunnel's packets, as soon as there is one. Not for actors: it blocks.</summary>
    internal PacketBatch Rent(ulong tunnel, CancellationToken cancelled)
    {
        _permits.Wait(cancelled);
        return Take(tunnel);
    }

    internal void Return(PacketBatch batch)
    {
        _free.Add(batch);
        _permits.Release();
    }

    private PacketBatch Take(ulong tunnel)
    {
        if (!_free.TryTake(out var batch))
            batch = new PacketBatch();
        batch.Begin(tunnel);
        return batch;
    }
}
