using System.Buffers.Binary;
using Agent.Node.Decoding;

namespace Agent.Node.Capture;

/// <summary>
/// An sFlow version 5 datagram (sflow.org/sflow_version_5.txt): walks its flow samples and hands out the raw packet
/// headers in them. Counter samples and other records are skipped by their length.
/// </summary>
internal ref struct SflowDatagram
{
    private const uint Version = 5;
    private const uint FlowSample = 1;
    private const uint ExpandedFlowSample = 3;
    private const uint RawPacketHeader = 1;
    private const int Word = 4;

    private ReadOnlySpan<byte> _samples;
    private ReadOnlySpan<byte> _records;
    private uint _samplesLeft;
    private uint _recordsLeft;

    /// <summary>Who numbers its datagrams: an agent's address and the number of a part of it.</summary>
    internal SflowSource Source { get; private set; }

    /// <summary>Of the <see cref="Source"/>: counts datagrams, so gaps are losses.</summary>
    internal uint Sequence { get; private set; }

    /// <summary>Of the header at hand: one packet in this many was sampled.</summary>
    internal uint SamplingRate { get; private set; }

    internal LinkType Link { get; private set; }

    /// <summary>Length of the sampled packet on the wire, without the frame check sequence.</summary>
    internal int OriginalLength { get; private set; }

    /// <summary>The packet's first bytes.</summary>
    internal ReadOnlySpan<byte> Header { get; private set; }

    /// <summary>True when something in the datagram didn't add up: the rest of it is lost.</summary>
    internal bool IsBroken { get; private set; }

    /// <summary>False when it isn't sFlow version 5.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out SflowDatagram datagram)
    {
        datagram = default;
        const int ipv4 = 1;
        const int ipv6 = 2;
        if (!TryTake(ref data, out var version) || version != Version || !TryTake(ref data, out var addressType) || addressType is not (ipv4 or ipv6))
        {
            return false;
        }

        var addressLength = addressType == ipv4 ? 4 : 16;
        if (data.Length < addressLength)
        {
            return false;
        }

        Span<byte> address = stackalloc byte[16];
        address.Clear();
        data[..addressLength].CopyTo(address);
        data = data[addressLength..];
        if (!TryTake(ref data, out var subAgent) || !TryTake(ref data, out var sequence) || !TryTake(ref data, out _) || !TryTake(ref data, out var samples))
        {
            return false;
        }

        datagram.Source = new SflowSource(BinaryPrimitives.ReadUInt128BigEndian(address), addressType, subAgent);
        datagram.Sequence = sequence;
        datagram._samples = data;
        datagram._samplesLeft = samples;
        return true;
    }

    /// <summary>Goes to the next raw packet header.</summary>
    internal bool MoveNext()
    {
        while (true)
        {
            while (_recordsLeft > 0)
            {
                _recordsLeft--;
                if (!TryTakeBlock(ref _records, out var format, out var record))
                {
                    return Break();
                }

                if (format == RawPacketHeader && TryReadHeader(record))
                {
                    return true;
                }
            }
            if (_samplesLeft == 0)
            {
                return false;
            }

            _samplesLeft--;
            if (!TryTakeBlock(ref _samples, out var sampleFormat, out var sample))
            {
                return Break();
            }

            if (sampleFormat is FlowSample or ExpandedFlowSample && !TryReadSample(sample, sampleFormat == ExpandedFlowSample))
            {
                return Break();
            }
        }
    }

    private bool TryReadSample(ReadOnlySpan<byte> data, bool expanded)
    {
        // sequence, source (two words when expanded), rate, pool, drops, input and output (two words each when expanded), records
        var beforeRate = expanded ? 3 : 2;
        var afterRate = expanded ? 6 : 4;
        if (data.Length < (beforeRate + 1 + afterRate + 1) * Word)
        {
            return false;
        }

        SamplingRate = Math.Max(BinaryPrimitives.ReadUInt32BigEndian(data[(beforeRate * Word)..]), 1);
        _recordsLeft = BinaryPrimitives.ReadUInt32BigEndian(data[((beforeRate + 1 + afterRate) * Word)..]);
        _records = data[((beforeRate + 1 + afterRate + 1) * Word)..];
        return true;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> data)
    {
        const int ethernet = 1;
        const int ipv4 = 11;
        const int ipv6 = 12;
        if (!TryTake(ref data, out var protocol) || !TryTake(ref data, out var length) || !TryTake(ref data, out var stripped) || !TryTake(ref data, out var captured) || captured > data.Length)
        {
            IsBroken = true;
            return false;
        }
        Link = protocol switch { ethernet => LinkType.Ethernet, ipv4 or ipv6 => LinkType.Ip, _ => LinkType.None };
        OriginalLength = (int)Math.Min(length >= stripped ? length - stripped : length, int.MaxValue);
        Header = data[..(int)captured];
        return Link != LinkType.None;
    }

    private bool Break()
    {
        IsBroken = true;
        _samplesLeft = 0;
        _recordsLeft = 0;
        return false;
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> data, out uint value)
    {
        if (data.Length < Word)
        {
            value = 0;
            return false;
        }
        value = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[Word..];
        return true;
    }

    private static bool TryTakeBlock(scoped ref ReadOnlySpan<byte> data, out uint format, out ReadOnlySpan<byte> block)
    {
        block = default;
        format = 0;
        if (data.Length < 2 * Word)
        {
            return false;
        }

        format = BinaryPrimitives.ReadUInt32BigEndian(data);
        var length = BinaryPrimitives.ReadUInt32BigEndian(data[Word..]);
        data = data[(2 * Word)..];
        if (length > data.Length)
        {
            return false;
        }

        block = data[..(int)length];
        data = data[(int)length..];
        return true;
    }
}

/// <summary>An agent's address, of which kind it is, and its sub-agent.</summary>
internal readonly record struct SflowSource(UInt128 Address, uint AddressType, uint SubAgent);
