using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Akka.Event;

namespace Agent.Node.Capture;

/// <summary>
/// Packets out of one tunnel on their way to its actor. The one message that isn't immutable: it's owned by whoever
/// holds it, filled by one, read by the next, and given back to its pool.
/// </summary>
internal sealed class PacketBatch : IDeadLetterSuppression
{
    /// <summary>Headers through some more tunnels; of a longer packet only its length is known.</summary>
    internal const int UsualPacket = 512;
    internal const int LongestPacket = Size - EntryHeader.Size;
    private const int Size = 16 * 1024;

    private readonly byte[] _bytes = new byte[Size];
    private int _length;

    /// <summary>UUID of the tunnel's flow.</summary>
    internal ulong Tunnel { get; private set; }

    internal int Count { get; private set; }

    internal void Begin(ulong tunnel)
    {
        Tunnel = tunnel;
        Count = 0;
        _length = 0;
    }

    /// <summary>False when there's no room for it.</summary>
    internal bool TryAdd(LinkType link, long time, EngineClock clock, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate)
    {
        if (_length + EntryHeader.Size + packet.Length > Size)
        {
            return false;
        }

        var header = new EntryHeader { Time = time, Clock = clock, OriginalLength = originalLength, SamplingRate = samplingRate, Length = packet.Length, Link = link };
        MemoryMarshal.Write(_bytes.AsSpan(_length), header);
        packet.CopyTo(_bytes.AsSpan(_length + EntryHeader.Size));
        _length += EntryHeader.Size + packet.Length;
        Count++;
        return true;
    }

    /// <summary>The packets in the order they were added.</summary>
    public Enumerator GetEnumerator() => new(this);

    internal ref struct Enumerator(PacketBatch batch)
    {
        private EntryHeader _header;
        private int _offset;
        private int _next;

        public readonly Enumerator Current => this;

        internal readonly LinkType Link => _header.Link;

        /// <summary>When it was captured.</summary>
        internal readonly long Time => _header.Time;

        /// <summary>The clock of the engine that carried it, then.</summary>
        internal readonly EngineClock Clock => _header.Clock;

        internal readonly int OriginalLength => _header.OriginalLength;

        internal readonly uint SamplingRate => _header.SamplingRate;

        internal readonly ReadOnlySpan<byte> Packet => batch._bytes.AsSpan(_offset, _header.Length);

        public bool MoveNext()
        {
            if (_next >= batch._length)
            {
                return false;
            }

            _header = MemoryMarshal.Read<EntryHeader>(batch._bytes.AsSpan(_next));
            _offset = _next + EntryHeader.Size;
            _next = _offset + _header.Length;
            return true;
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct EntryHeader
    {
        internal const int Size = 37;

        internal long Time;
        internal EngineClock Clock;
        internal int OriginalLength;
        internal uint SamplingRate;
        internal int Length;
        internal LinkType Link;
    }
}

/// <summary>The batches of one capture: no more than so many, however far behind the tunnels' actors are, and few when they aren't.</summary>
/// <param name="capacity">How many there are.</param>
/// <param name="reports">The capture's; null: there's none yet.</param>
internal sealed class PacketBatchPool(int capacity, ReportCredit? reports = null)
{
    private const int MostFree = 32;

    /// <summary>16 MiB of packets.</summary>
    internal const int DefaultCapacity = 1024;

    private readonly ConcurrentBag<PacketBatch> _free = [];
    private readonly SemaphoreSlim _permits = new(capacity);

    /// <summary>What may come of the capture's packets, and be on its way, at a time.</summary>
    internal ReportCredit Reports { get; } = reports ?? new ReportCredit();

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
        if (_free.Count < MostFree)
        {
            _free.Add(batch);
        }

        _permits.Release();
    }

    private PacketBatch Take(ulong tunnel)
    {
        if (!_free.TryTake(out var batch))
        {
            batch = new PacketBatch();
        }

        batch.Begin(tunnel);
        return batch;
    }
}
