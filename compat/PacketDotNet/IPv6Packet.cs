using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>RFC 8200, without extension headers.</summary>
public sealed class IPv6Packet : IPPacket
{
    private const int Length = 40;
    private const int SourceOffset = 8;
    private const int DestinationOffset = 24;

    public IPv6Packet(IPAddress sourceAddress, IPAddress destinationAddress) : base(new byte[Length])
    {
        HeaderBytes[0] = 6 << 4;
        TimeToLive = DefaultHops;
        SourceAddress = sourceAddress;
        DestinationAddress = destinationAddress;
    }

    public override IPVersion Version
    {
        get => (IPVersion)(HeaderBytes[0] >> 4);
        set => HeaderBytes[0] = (byte)(((int)value << 4) | (HeaderBytes[0] & 0xf));
    }

    public override ushort PayloadLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(4));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(4), value);
    }

    public override int TotalLength
    {
        get => PayloadLength + Length;
        set => PayloadLength = (ushort)(value - Length);
    }

    public ProtocolType NextHeader
    {
        get => (ProtocolType)HeaderBytes[6];
        set => HeaderBytes[6] = (byte)value;
    }

    public override ProtocolType Protocol
    {
        get => NextHeader;
        set => NextHeader = value;
    }

    public override int HopLimit
    {
        get => HeaderBytes[7];
        set => HeaderBytes[7] = (byte)value;
    }

    public override int TimeToLive
    {
        get => HopLimit;
        set => HopLimit = value;
    }

    public override IPAddress SourceAddress
    {
        get => new(HeaderBytes.AsSpan(SourceOffset, 16));
        set => WriteAddress(value, AddressFamily.InterNetworkV6, SourceOffset);
    }

    public override IPAddress DestinationAddress
    {
        get => new(HeaderBytes.AsSpan(DestinationOffset, 16));
        set => WriteAddress(value, AddressFamily.InterNetworkV6, DestinationOffset);
    }

    internal override uint PseudoHeaderSum(int transportLength) =>
        InternetChecksum.Add((uint)transportLength + (uint)Protocol, HeaderBytes.AsSpan(SourceOffset, 32));
}
