using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>
/// An MPLS label stack (RFC 3032, 2.1), on a link, in IP or GRE (RFC 4023) or in UDP (RFC 7510), and what is guessed to
/// lie below it, for the stack doesn't say.
/// </summary>
internal readonly ref struct MplsStack
{
    internal const int EntryLength = 4;
    private const int BitsPerLabel = 20;
    private const int KeptLabels = 3;
    private const int MaximumDepth = 16;
    private const int ControlWordLength = 4;
    internal const uint EntropyIndicator = 7;
    private const uint AssociatedChannel = 13;

    private MplsStack(long labels, int length, LinkType inner, int innerOffset)
    {
        Labels = labels;
        Length = length;
        Inner = inner;
        InnerOffset = innerOffset;
    }

    /// <summary>
    /// Label n shifted left by 20·n bits, the top label first; the first three are kept, and tell flows apart. Entropy labels
    /// (RFC 6790, 3) and their indicators aren't among them: they only spread load, and differ between a tunnel's packets.
    /// </summary>
    internal long Labels { get; }

    internal int Length { get; }

    internal LinkType Inner { get; }

    /// <summary>Where what's below starts: behind the stack, or behind a pseudowire's control word.</summary>
    internal int InnerOffset { get; }

    /// <summary>False when it isn't whole, or deeper than 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool TryRead(ReadOnlySpan<byte> data, out MplsStack stack)
    {
        stack = default;
        long labels = 0;
        var kept = 0;
        var isEntropy = false;
        for (var depth = 0; depth < MaximumDepth; depth++)
        {
            var offset = depth * EntryLength;
            if (data.Length < offset + EntryLength)
            {
                return false;
            }

            var entry = BinaryPrimitives.ReadUInt32BigEndian(data[offset..]);
            var label = LabelOf(entry);
            if (!isEntropy && label != EntropyIndicator && kept < KeptLabels)
            {
                labels |= (long)label << (BitsPerLabel * kept++);
            }

            isEntropy = label == EntropyIndicator;
            var bottom = (entry & 0x100) != 0;
            if (!bottom)
            {
                continue;
            }

            var length = offset + EntryLength;
            // RFC 5586: what follows is for the routers on the way.
            if (label == AssociatedChannel)
            {
                stack = new MplsStack(labels, length, LinkType.None, length);
                return true;
            }
            var inner = GuessInner(data[length..], out var skip);
            stack = new MplsStack(labels, length, inner, length + skip);
            return true;
        }
        return false;
    }

    internal static uint LabelOf(uint entry) => entry >> (32 - BitsPerLabel);

    /// <summary>
    /// RFC 4928 (2) tells IP by its first nibble, RFC 4385 (3) a control word by a zero nibble. Pseudowires without a
    /// control word (Contrail's) start with a MAC address, which may have any nibble: a known EtherType decides.
    /// </summary>
    private static LinkType GuessInner(ReadOnlySpan<byte> data, out int skip)
    {
        skip = 0;
        if (data.IsEmpty)
        {
            return LinkType.None;
        }
        // Too little to tell IP from a frame whose address starts with the same nibble.
        if (data[0] >> 4 is 4 or 6 && data.Length < Ipv6Header.Length && !Ipv4Header.TryRead(data, out _))
        {
            return LinkType.None;
        }

        var isFrame = IsFrame(data);
        if (Ipv4Header.TryRead(data, out var ip) && ip.TotalLength >= ip.HeaderLength && (!isFrame || Ipv4Header.HasGoodChecksum(data)))
        {
            return LinkType.Ip;
        }

        if (Ipv6Header.TryRead(data, out var ip6) && (!isFrame || ip6.PayloadLength == data.Length - Ipv6Header.Length))
        {
            return LinkType.Ip;
        }

        if (isFrame)
        {
            return LinkType.Ethernet;
        }

        if (data[0] >> 4 == 0 && data.Length > ControlWordLength && IsFrame(data[ControlWordLength..]))
        {
            skip = ControlWordLength;
            return LinkType.Ethernet;
        }
        return (data[0] >> 4) switch
        {
            4 or 6 => LinkType.Ip,
            _ => LinkType.Ethernet,
        };
    }

    private static bool IsFrame(ReadOnlySpan<byte> data) => EthernetHeader.TryRead(data, out var ethernet) && EtherTypes.IsKnown(ethernet.Type);
}
