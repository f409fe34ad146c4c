using Agent.Node.Decoding;
using Agent.Node.Flows;
using Akka.Actor;
using Akka.Event;

namespace Agent.Node.Capture;

/// <summary>The tunnel's flow is over: its actor reports its last and goes.</summary>
internal sealed record TunnelEnded(ulong Tunnel) : IDeadLetterSuppression;

/// <summary>
/// Copies what tunnels carry into batches, one open per tunnel, for the actor that owns the tunnels' actors. When no
/// batch is free, packets of a live capture are dropped and counted; those of a file wait.
/// </summary>
internal sealed class TunnelBatcher(IActorRef owner, PacketBatchPool pool, int longestPacket, bool mayWait, CancellationToken cancelled) : ITunnelSink
{
    private readonly Dictionary<ulong, PacketBatch> _open = [];
    private readonly List<PacketBatch> _flushing = [];
    private bool _closed;

    /// <summary>Packets for which no batch was free.</summary>
    internal long Dropped { get; private set; }

    /// <summary>Some packets wait for <see cref="Flush"/>.</summary>
    internal bool HasOpen => _open.Count > 0;

    public void Carry(ulong tunnel, LinkType link, long time, EngineClock clock, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate)
    {
        if (_closed)
        {
            return;
        }

        if (packet.Length > longestPacket)
        {
            packet = packet[..longestPacket];
        }

        if (_open.TryGetValue(tunnel, out var batch))
        {
            if (batch.TryAdd(link, time, clock, originalLength, packet, samplingRate))
            {
                return;
            }

            _open.Remove(tunnel);
            owner.Tell(batch);
        }
        batch = Rent(tunnel);
        if (batch is null)
        {
            Dropped++;
            return;
        }
        batch.TryAdd(link, time, clock, originalLength, packet, samplingRate);
        _open.Add(tunnel, batch);
    }

    public void Ended(ulong tunnel)
    {
        if (_closed)
        {
            return;
        }

        if (_open.Remove(tunnel, out var batch))
        {
            owner.Tell(batch);
        }

        owner.Tell(new TunnelEnded(tunnel));
    }

    /// <summary>Sends all batches on their way, full or not.</summary>
    internal void Flush()
    {
        _flushing.AddRange(_open.Values);
        _open.Clear();
        foreach (var batch in _flushing)
        {
            owner.Tell(batch);
        }

        _flushing.Clear();
    }

    /// <summary>There is no owner any more: what comes from now on is nobody's.</summary>
    internal void Close()
    {
        _closed = true;
        foreach (var batch in _open.Values)
        {
            pool.Return(batch);
        }

        _open.Clear();
    }

    /// <summary>Headers are enough, unless the packets themselves are asked for.</summary>
    internal static int LongestPacket(CaptureSettings settings) =>
        settings.RawPacketLimit > 0 ? Math.Min(settings.SnapLength, PacketBatch.LongestPacket) : PacketBatch.UsualPacket;

    private PacketBatch? Rent(ulong tunnel)
    {
        if (pool.TryRent(tunnel) is { } batch)
        {
            return batch;
        }

        if (!mayWait)
        {
            return null;
        }
        // The batches that are missed may be our own.
        Flush();
        return pool.Rent(tunnel, cancelled);
    }
}
