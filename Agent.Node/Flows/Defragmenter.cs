using System.Buffers;
using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>A packet put together: its IP payload, and the fragments it took. Valid until the next call.</summary>
internal readonly ref struct ReassembledPacket
{
    internal required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Length of the payload on the wire; more than what was captured of it when the captures were cut.</summary>
    internal required int Length { get; init; }

    internal required long Frames { get; init; }

    internal required long Bytes { get; init; }
}

/// <summary>A fragment as captured.</summary>
internal readonly record struct FragmentFrame(long Time, int OriginalLength, byte[] Bytes);

/// <summary>
/// Puts IP fragments together (RFC 791, 3.2; RFC 8200, 4.5): bounded in packets, bytes and time. A packet with
/// overlapping fragments is dropped whole, those of its fragments that are still to come included (RFC 5722, 4 asks for
/// that in IPv6; no honest sender does it in IPv4).
/// </summary>
/// <param name="loss">Told of packets that can't be put together.</param>
/// <param name="framesKept">How many of a packet's fragments are kept as they were captured, for those who want to see them.</param>
/// <param name="shares">So many of these have together what one may keep.</param>
internal sealed class Defragmenter(IFragmentLoss? loss = null, int framesKept = 0, int shares = 1)
{
    /// <summary>Most entries of what waits for fragments, those of packets that came whole meanwhile included.</summary>
    internal const int MostKept = 4 * MaximumPackets;

    private const int MaximumPackets = 256;
    private const int MaximumLength = 65535;
    private const int MaximumRanges = 128;
    private const int MaximumFrameBytes = 2 * MaximumLength;
    private const long Timeout = 30_000_000_000;

    private readonly int _maximumPackets = MaximumPackets / shares;
    private readonly Dictionary<FragmentKey, PartialPacket> _partial = [];
    private readonly Queue<(FragmentKey Key, long Since)> _byAge = new();
    private readonly byte[] _whole = new byte[MaximumLength + 1];

    private readonly record struct FragmentKey(ulong SourceHigh, ulong SourceLow, ulong DestinationHigh, ulong DestinationLow, uint Identification, byte Protocol, ulong Parent);

    /// <summary>Packets that couldn't be put together.</summary>
    internal long Errors { get; private set; }

    /// <summary>At most <see cref="MostKept"/>.</summary>
    internal int Kept => _byAge.Count;

    /// <summary>The fragments of the packet put together last.</summary>
    internal IReadOnlyList<FragmentFrame> LastFrames { get; private set; } = [];

    /// <summary>Keeps a fragment; true when it was the one that was missing.</summary>
    internal bool TryComplete(scoped in PacketLayers layers, scoped ReadOnlySpan<byte> packet, int originalLength, ulong parent, long time, long now, out ReassembledPacket whole)
    {
        whole = default;
        Forget(now);
        var key = new FragmentKey(layers.SourceHigh, layers.SourceLow, layers.DestinationHigh, layers.DestinationLow, layers.Identification, layers.IpProtocol, parent);
        var length = layers.NetworkPayloadLength;
        var start = Math.Min(layers.NetworkPayloadOffset, packet.Length);
        var captured = packet.Slice(start, Math.Clamp(length, 0, packet.Length - start));
        if (!_partial.TryGetValue(key, out var partial))
        {
            if (_partial.Count == _maximumPackets)
            {
                DropOldest();
            }

            partial = new PartialPacket(layers, now);
            if (_byAge.Count == MostKept)
            {
                ForgetComplete();
            }

            _partial.Add(key, partial);
            _byAge.Enqueue((key, now));
        }
        if (partial.IsLost)
        {
            return false;
        }

        if (length <= 0 || layers.FragmentOffset + length > MaximumLength || !partial.TryAdd(layers.FragmentOffset, length, layers.MoreFragments, captured, originalLength))
        {
            Lose(partial, parent, layers.FragmentOffset == 0 ? captured : default);
            return false;
        }
        if (framesKept > 0)
        {
            partial.KeepFrame(framesKept, time, originalLength, packet);
        }

        if (!partial.IsComplete)
        {
            return false;
        }

        var usable = partial.CopyTo(_whole);
        whole = new ReassembledPacket { Payload = _whole.AsSpan(0, usable), Length = partial.Length, Frames = partial.Frames, Bytes = partial.Bytes };
        LastFrames = partial.KeptFrames;
        _partial.Remove(key);
        partial.Release();
        return true;
    }

    /// <summary>Lets what has waited too long go, also where no other fragments come.</summary>
    internal void Expire(long now)
    {
        if (_byAge.TryPeek(out var oldest) && now - oldest.Since > Timeout)
        {
            Forget(now);
        }
    }

    /// <summary>No more fragments come: what isn't whole by now is lost.</summary>
    internal void End() => Forget(long.MaxValue);

    private void Forget(long now)
    {
        while (_byAge.TryPeek(out var oldest) && (now - oldest.Since > Timeout || !IsCurrent(oldest)))
        {
            _byAge.Dequeue();
            if (IsCurrent(oldest))
            {
                Drop(oldest.Key);
            }
        }
    }

    /// <summary>Behind one packet that stays incomplete, those of many that didn't would pile up until its time is over.</summary>
    private void ForgetComplete()
    {
        _byAge.Clear();
        foreach (var (key, partial) in _partial.OrderBy(entry => entry.Value.Since))
        {
            _byAge.Enqueue((key, partial.Since));
        }
    }

    private bool IsCurrent((FragmentKey Key, long Since) entry) => _partial.TryGetValue(entry.Key, out var partial) && partial.Since == entry.Since;

    private void DropOldest()
    {
        while (_byAge.TryDequeue(out var oldest))
        {
            if (!IsCurrent(oldest))
            {
                continue;
            }

            Drop(oldest.Key);
            return;
        }
    }

    private void Drop(FragmentKey key)
    {
        _partial.Remove(key, out var partial);
        if (!partial!.IsLost)
        {
            Lose(partial, key.Parent, default);
        }
    }

    /// <summary>Counts it once, and remembers it until its time is over: its other fragments are neither news nor another packet.</summary>
    private void Lose(PartialPacket partial, ulong parent, scoped ReadOnlySpan<byte> first)
    {
        Errors++;
        var usable = partial.CopyTo(_whole);
        loss?.Lost(partial.Layers, usable > 0 ? _whole.AsSpan(0, usable) : first, parent);
        partial.IsLost = true;
        partial.Release();
    }

    private sealed class PartialPacket(in PacketLayers layers, long since)
    {
        private readonly List<(int Start, int End, int Captured)> _ranges = [];
        private List<FragmentFrame>? _frames;
        private int _frameBytes;
        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(2048);
        private int _received;

        /// <summary>Of the fragment that came first.</summary>
        internal PacketLayers Layers { get; } = layers;

        internal long Since { get; } = since;

        /// <summary>It can't be put together any more.</summary>
        internal bool IsLost { get; set; }

        /// <summary>-1 until the last fragment came.</summary>
        internal int Length { get; private set; } = -1;

        internal long Frames { get; private set; }

        internal long Bytes { get; private set; }

        internal IReadOnlyList<FragmentFrame> KeptFrames => _frames ?? [];

        internal bool IsComplete => Length == _received;

        internal bool TryAdd(int offset, int length, bool more, ReadOnlySpan<byte> captured, int frameLength)
        {
            var end = offset + length;
            Frames++;
            Bytes += frameLength;
            foreach (var range in _ranges)
            {
                if (range.Start == offset && range.End == end)
                {
                    return true; // the same fragment again
                }

                if (offset < range.End && range.Start < end)
                {
                    return false;
                }
            }
            if (_ranges.Count == MaximumRanges || (Length >= 0 && end > Length))
            {
                return false;
            }

            if (!more)
            {
                if (Length >= 0)
                {
                    return false;
                }

                foreach (var range in _ranges)
                {
                    if (range.End > end)
                    {
                        return false;
                    }
                }
                Length = end;
            }
            Reserve(offset + captured.Length);
            captured.CopyTo(_bytes.AsSpan(offset));
            _ranges.Add((offset, end, offset + captured.Length));
            _received += length;
            return true;
        }

        internal void KeepFrame(int most, long time, int originalLength, ReadOnlySpan<byte> packet)
        {
            _frames ??= [];
            if (_frames.Count == most || _frameBytes + packet.Length > MaximumFrameBytes)
            {
                return;
            }

            _frameBytes += packet.Length;
            _frames.Add(new FragmentFrame(time, originalLength, packet.ToArray()));
        }

        /// <summary>The bytes from the start up to the first that isn't there or wasn't captured.</summary>
        internal int CopyTo(Span<byte> whole)
        {
            _ranges.Sort();
            var usable = 0;
            foreach (var range in _ranges)
            {
                if (range.Start > usable)
                {
                    break;
                }

                usable = range.Captured;
                if (range.Captured < range.End)
                {
                    break;
                }
            }
            _bytes.AsSpan(0, usable).CopyTo(whole);
            return usable;
        }

        internal void Release()
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            _frames = null;
        }

        private void Reserve(int length)
        {
            if (length <= _bytes.Length)
            {
                return;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, _bytes.Length * 2));
            _bytes.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}

/// <summary>Told of packets that couldn't be put together.</summary>
internal interface IFragmentLoss
{
    /// <param name="layers">Of one of the fragments.</param>
    /// <param name="payload">The start of the IP payload, as far as it was there; empty when its first fragment wasn't.</param>
    /// <param name="parent">UUID of the tunnel's flow; 0 on the outside.</param>
    void Lost(in PacketLayers layers, ReadOnlySpan<byte> payload, ulong parent);
}

/// <summary>
/// Counts a packet that couldn't be put together at its flow: known when the first fragment, which has the ports, was
/// there, and only when the flow has other packets. What isn't known counts in the total alone.
/// </summary>
internal sealed class FragmentErrorCounter(FlowTable table, FlowDetailStore details, FlowOptions options) : IFragmentLoss
{
    public void Lost(in PacketLayers layers, ReadOnlySpan<byte> payload, ulong parent)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        var whole = layers;
        PacketDecoder.DecodeReassembled(payload, options.Ports, ref whole);
        FlowKey.Make(whole, options.KeyMode, parent, out var key, out _);
        ref var record = ref table.Find(key, out var isFound);
        if (!isFound)
        {
            return;
        }

        details.Of(ref record).FragmentErrors++;
        record.Flags |= FlowFlags.Changed;
    }
}
