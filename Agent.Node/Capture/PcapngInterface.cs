using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Agent.Node.Decoding;

namespace Agent.Node.Capture;

/// <summary>An interface as a pcapng file describes it (draft-ietf-opsawg-pcapng, 4.2).</summary>
internal readonly struct PcapngInterface
{
    private const int FixedLength = 8;
    private const int OptionHeadLength = 4;
    private const ushort TimeResolution = 9;
    private const ushort ChecksumLengthOption = 13;
    private const ushort TimeOffset = 14;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong Microseconds = 1_000_000;

    /// <summary>As far as pcap's seconds reach.</summary>
    private const ulong Latest = ((ulong)uint.MaxValue + 1) * NanosecondsPerSecond;

    private readonly ulong _unitsPerSecond;

    private readonly long _offsetSeconds;

    /// <summary>Of one unit, where it's a whole number and times need no more than to be multiplied by it.</summary>
    private readonly ulong _nanoseconds;

    /// <summary>Below it the upper half of a time is safe to multiply.</summary>
    private readonly uint _highestQuick;

    private PcapngInterface(int linkNumber, uint snapLength, ulong unitsPerSecond, long offsetSeconds, int checksumLength)
    {
        LinkNumber = linkNumber;
        Link = LinkTypes.TryOf(linkNumber) ?? LinkType.None;
        SnapLength = snapLength == 0 ? uint.MaxValue : snapLength;
        ChecksumLength = checksumLength;
        _unitsPerSecond = unitsPerSecond;
        _offsetSeconds = offsetSeconds;
        if (offsetSeconds == 0 && NanosecondsPerSecond % unitsPerSecond == 0)
        {
            _nanoseconds = NanosecondsPerSecond / unitsPerSecond;
            _highestQuick = (uint)(Latest / _nanoseconds >> 32);
        }
    }

    internal int LinkNumber { get; }

    internal LinkType Link { get; }

    internal bool IsDecoded => Link != LinkType.None;

    internal uint SnapLength { get; }

    /// <summary>Bytes at a frame's end that are its check sequence.</summary>
    internal int ChecksumLength { get; }

    /// <summary>Null when it isn't whole, or its time has more digits than 64 bits.</summary>
    internal static PcapngInterface? Read<TOrder>(ReadOnlySpan<byte> body) where TOrder : struct, IByteOrder
    {
        if (body.Length < FixedLength)
        {
            return null;
        }

        var unitsPerSecond = Microseconds;
        var (offset, checksumLength) = (0L, 0);
        for (var options = body[FixedLength..]; options.Length >= OptionHeadLength;)
        {
            var (code, length) = (TOrder.ReadUInt16(options), TOrder.ReadUInt16(options[2..]));
            if (code == 0 || length > options.Length - OptionHeadLength)
            {
                break;
            }

            var value = options.Slice(OptionHeadLength, length);
            switch (code)
            {
                case TimeResolution when length >= 1:
                    unitsPerSecond = UnitsPerSecond(value[0]);
                    break;
                case ChecksumLengthOption when length >= 1:
                    checksumLength = value[0];
                    break;
                case TimeOffset when length >= sizeof(long):
                    var (first, second) = (TOrder.ReadUInt32(value), TOrder.ReadUInt32(value[4..]));
                    offset = typeof(TOrder) == typeof(BigEndian) ? (long)(((ulong)first << 32) | second) : (long)(((ulong)second << 32) | first);
                    break;
            }

            options = options[Math.Min(OptionHeadLength + ((length + 3) & ~3), options.Length)..];
        }
        return unitsPerSecond == 0 ? null : new PcapngInterface(TOrder.ReadUInt16(body), TOrder.ReadUInt32(body[4..]), unitsPerSecond, offset, checksumLength);
    }

    /// <summary>Nanoseconds since 1970, between then and 2106.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long TimeOf(uint high, uint low)
    {
        var units = ((ulong)high << 32) | low;
        return high < _highestQuick ? (long)(units * _nanoseconds) : AnyTimeOf(units);
    }

    private long AnyTimeOf(ulong units)
    {
        var seconds = (Int128)(units / _unitsPerSecond) + _offsetSeconds;
        var fraction = (UInt128)(units % _unitsPerSecond) * NanosecondsPerSecond / _unitsPerSecond;
        return (long)Int128.Clamp((seconds * (Int128)NanosecondsPerSecond) + (Int128)fraction, 0, (Int128)Latest);
    }

    /// <summary>The upper bit says whether it's a power of 2 or of 10; 0: not in 64 bits.</summary>
    private static ulong UnitsPerSecond(byte resolution)
    {
        const int binary = 0x80;
        const int mostDigits = 19;
        const int mostBits = 63;
        var exponent = resolution & ~binary;
        if ((resolution & binary) != 0)
        {
            return exponent <= mostBits ? 1UL << exponent : 0;
        }

        if (exponent > mostDigits)
        {
            return 0;
        }

        var units = 1UL;
        for (var digit = 0; digit < exponent; digit++)
        {
            units *= 10;
        }

        return units;
    }
}

/// <summary>A pcapng file's names of addresses (draft-ietf-opsawg-pcapng, 4.5).</summary>
internal static class NameRecords
{
    private const ushort IPv4 = 1;
    private const ushort IPv6 = 2;
    private const int HeadLength = 4;
    private const int MostNames = 100_000;
    private const int LongestName = 255;

    internal static void Read<TOrder>(ReadOnlySpan<byte> records, Dictionary<string, string> names) where TOrder : struct, IByteOrder
    {
        while (records.Length >= HeadLength && names.Count < MostNames)
        {
            var (type, length) = (TOrder.ReadUInt16(records), TOrder.ReadUInt16(records[2..]));
            if (type == 0 || length > records.Length - HeadLength)
            {
                return;
            }

            var value = records.Slice(HeadLength, length);
            var addressLength = type switch { IPv4 => 4, IPv6 => 16, _ => 0 };
            if (addressLength > 0 && length > addressLength)
            {
                Add(value[..addressLength], value[addressLength..], names);
            }

            records = records[Math.Min(HeadLength + ((length + 3) & ~3), records.Length)..];
        }
    }

    /// <summary>Only the first of an address's names; one that isn't text would do things to a terminal.</summary>
    private static void Add(ReadOnlySpan<byte> address, ReadOnlySpan<byte> text, Dictionary<string, string> names)
    {
        var end = text.IndexOf((byte)0);
        var name = end < 0 ? text : text[..end];
        if (name.Length is > 0 and <= LongestName && !name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            names.TryAdd(new IPAddress(address).ToString(), Encoding.ASCII.GetString(name));
        }
    }
}
