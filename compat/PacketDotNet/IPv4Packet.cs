using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>RFC 791, without options.</summary>
public sealed class IPv4Packet : IPPacket
{
    private const int Length = 20;
    private const int ChecksumOffset = 10;
    private const int SourceOffset = 12;
    private const int DestinationOffset = 16;

    public IPv4Packet(IPAddress sourceAddress, IPAddress destinationAddress) : base(new byte[Length])
    {
        HeaderBytes[0] = (4 << 4) | (Length / 4);
        TimeToLive = DefaultHops;
        SourceAddress = sourceAddress;
        DestinationAddress = destinationAddress;
        TotalLength = Length;
    }

    public override IPVersion Version
    {
        get => (IPVersion)(HeaderBytes[0] >> 4);
        set => HeaderBytes[0] = (byte)(((int)value << 4) | (HeaderBytes[0] & 0xf));
    }

    public override int TotalLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(2));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(2), (ushort)value);
    }

    public override ushort PayloadLength
    {
        get => (ushort)(TotalLength - Length);
        set => TotalLength = value + Length;
    }

    public ushort Id
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(4));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(4), value);
    }

    public override int TimeToLive
    {
        get => HeaderBytes[8];
        set => HeaderBytes[8] = (byte)value;
    }

    public override ProtocolType Protocol
    {
        get => (ProtocolType)HeaderBytes[9];
        set => HeaderBytes[9] = (byte)value;
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset), value);
    }

    public override IPAddress SourceAddress
    {
        get => new(HeaderBytes.AsSpan(SourceOffset, 4));
        set => WriteAddress(value, AddressFamily.InterNetwork, SourceOffset);
    }

    public override IPAddress DestinationAddress
    {
        get => new(HeaderBytes.AsSpan(DestinationOffset, 4));
        set => WriteAddress(value, AddressFamily.InterNetwork, DestinationOffset);
    }

    public bool ValidIPChecksum => Checksum == CalculateIPChecksum();

    /// <summary>The checksum of the header as it is now; call UpdateCalculatedValues first when the payload changed.</summary>
    public ushort CalculateIPChecksum()
    {
        Span<byte> header = stackalloc byte[Length];
        HeaderBytes.CopyTo(header);
        header.Slice(ChecksumOffset, sizeof(ushort)).Clear();
        return InternetChecksum.Finish(InternetChecksum.Add(0, header));
    }

    public void UpdateIPChecksum() => Checksum = CalculateIPChecksum();

    public override void UpdateCalculatedValues() => TotalLength = TotalPacketLength;

    internal override uint PseudoHeaderSum(int transportLength) =>
        InternetChecksum.Add((uint)transportLength + (uint)Protocol, HeaderBytes.AsSpan(SourceOffset, 8));
}
