using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>
/// What most packets are: an untagged Ethernet frame, IPv4 without options or fragments, TCP, all headers captured. Their
/// fields are read at fixed places; the layers are those that <see cref="PacketDecoder"/> comes to, header by header.
/// </summary>
internal static class UsualPacket
{
    private const int Ip = EthernetHeader.Length;
    private const int Tcp = Ip + 20;
    private const int Whole = Tcp + TcpHeader.MinimumLength;

    /// <summary>EtherType IPv4, then version 4 with a header of five words.</summary>
    private const uint TypeAndVersion = (EtherTypes.IPv4 << 8) | 0x45;

    /// <summary>Of the word with fragment bits, time to live and protocol: all but the reserved and the don't-fragment bit and the time to live.</summary>
    private const uint FragmentAndProtocol = 0x3fff_00ff;

    /// <summary>False, and nothing changed, when it's another packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryDecode(ReadOnlySpan<byte> packet, ref PacketLayers layers)
    {
        if (packet.Length < Whole || BinaryPrimitives.ReadUInt32BigEndian(packet[12..]) >> 8 != TypeAndVersion)
        {
            return false;
        }

        var word = BinaryPrimitives.ReadUInt32BigEndian(packet[(Ip + 6)..]);
        if ((word & FragmentAndProtocol) != IpProtocols.Tcp)
        {
            return false;
        }

        var link = BinaryPrimitives.ReadUInt64BigEndian(packet);
        var addresses = BinaryPrimitives.ReadUInt64BigEndian(packet[(Ip + 12)..]);
        var tcp = BinaryPrimitives.ReadUInt64BigEndian(packet[Tcp..]);
        layers.SetEthernetIPv4Tcp();
        layers.HasLink = true;
        layers.LinkDestination = link >> 16;
        layers.LinkSource = ((link & ushort.MaxValue) << 32) | BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        layers.EtherType = EtherTypes.IPv4;
        layers.IpVersion = 4;
        layers.IpProtocol = IpProtocols.Tcp;
        layers.TimeToLive = (byte)(word >> 8);
        layers.SourceLow = addresses >> 32;
        layers.DestinationLow = (uint)addresses;
        layers.NetworkOffset = Ip;
        layers.NetworkPayloadOffset = Tcp;
        layers.NetworkPayloadLength = BinaryPrimitives.ReadUInt16BigEndian(packet[(Ip + 2)..]) - (Tcp - Ip);
        layers.Transport = LayerType.Tcp;
        layers.SourcePort = (ushort)(tcp >> 48);
        layers.DestinationPort = (ushort)(tcp >> 32);
        layers.TcpSequence = (uint)tcp;
        layers.TcpFlags = packet[Tcp + 13];
        return true;
    }
}
