using System.Buffers.Binary;

namespace Agent.Node.Decoding.Links;

/// <summary>
/// A frame of wireless LAN (IEEE 802.11, 9.2 and 9.3.2): a data frame's stations are those at the ends, as Ethernet has them;
/// what it carries begins with LLC. Of several in one (9.3.2.2, A-MSDU) the first is read.
/// </summary>
internal static class WifiFrame
{
    private const int HeaderLength = 24;
    private const int AddressLength = 6;
    private const int SecondAddress = 10;
    private const int ThirdAddress = 16;
    private const int SequenceControl = 22;
    private const int QosLength = 2;
    private const int HighThroughputLength = 4;
    private const int SubframeHeaderLength = 14;

    private const int DataType = 2;
    private const int QosSubtype = 8;
    private const int EmptySubtype = 4;

    private const byte ToDistribution = 1;
    private const byte FromDistribution = 2;
    private const byte Protected = 0x40;
    private const byte Order = 0x80;
    private const byte Aggregated = 0x80;

    internal static bool TryRead(ReadOnlySpan<byte> packet, int start, bool isPadded, ref PacketLayers layers, out ushort type, out int offset)
    {
        (type, offset) = (0, start);
        var frame = packet[start..];
        if (frame.Length < 2)
        {
            layers.End = DecodeEnd.Broken;
            return false;
        }

        var (control, flags) = (frame[0], frame[1]);
        var subtype = control >> 4;
        if (((control >> 2) & 3) != DataType || (subtype & EmptySubtype) != 0)
        {
            layers.End = DecodeEnd.Signalling;
            return false;
        }

        var (toDistribution, fromDistribution) = ((flags & ToDistribution) != 0, (flags & FromDistribution) != 0);
        var hasFourAddresses = toDistribution && fromDistribution;
        var hasQos = (subtype & QosSubtype) != 0;
        var qos = HeaderLength + (hasFourAddresses ? AddressLength : 0);
        var length = qos + (hasQos ? QosLength : 0) + (hasQos && (flags & Order) != 0 ? HighThroughputLength : 0);
        if (isPadded)
        {
            length = (length + 3) & ~3;
        }

        if (frame.Length < length)
        {
            layers.End = DecodeEnd.Broken;
            return false;
        }

        var isAggregated = hasQos && (frame[qos] & Aggregated) != 0;
        var source = hasFourAddresses ? HeaderLength : fromDistribution ? ThirdAddress : SecondAddress;
        var destination = toDistribution ? ThirdAddress : AddressLength - 2;
        if ((flags & Protected) == 0 && isAggregated && frame.Length >= length + SubframeHeaderLength)
        {
            (source, destination) = (length + AddressLength, length);
            length += SubframeHeaderLength;
        }

        layers.AddLinkLayer(LayerType.Ethernet);
        layers.HasLink = true;
        layers.LinkSource = Address(frame, source);
        layers.LinkDestination = Address(frame, destination);
        if ((flags & Protected) != 0)
        {
            layers.End = DecodeEnd.Encrypted;
            return false;
        }
        // A later fragment of the frame: what it starts with is no header.
        const int fragmentNumber = 0xf;
        if ((frame[SequenceControl] & fragmentNumber) != 0)
        {
            return false;
        }

        offset = start + length;
        return true;
    }

    private static ulong Address(ReadOnlySpan<byte> frame, int at) =>
        ((ulong)BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(frame[(at + 2)..]);
}
