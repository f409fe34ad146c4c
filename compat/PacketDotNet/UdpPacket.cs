using System.Buffers.Binary;

namespace PacketDotNet;

/// <summary>RFC 768.</summary>
public sealed class UdpPacket : TransportPacket
{
    private const int LengthOffset = 4;
    private const int ChecksumOffset = 6;

    public UdpPacket(ushort sourcePort, ushort destinationPort) : base(new byte[8])
    {
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
    }

    public override ushort SourcePort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes);
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes, value);
    }

    public override ushort DestinationPort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(2));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(2), value);
    }

    public int Length
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(LengthOffset));
        internal set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(LengthOffset), (ushort)value);
    }

    public override ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset), value);
    }

    public bool ValidUdpChecksum => Checksum == CalculateUdpChecksum();

    /// <summary>The checksum with the length as it is now; call UpdateCalculatedValues first when the payload changed.</summary>
    public ushort CalculateUdpChecksum() => ChecksumOf(true, ChecksumOffset);

    public void UpdateUdpChecksum() => Checksum = CalculateUdpChecksum();

    public override void UpdateCalculatedValues() => Length = TotalPacketLength;
}
