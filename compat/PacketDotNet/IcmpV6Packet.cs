using System.Buffers.Binary;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>RFC 4443: type, code and checksum; the message's own fields are the start of the payload.</summary>
public sealed class IcmpV6Packet : InternetPacket
{
    private const int Length = 4;
    private const int ChecksumOffset = 2;

    public IcmpV6Packet(ByteArraySegment byteArraySegment) : base(byteArraySegment.Span[..Length].ToArray()) =>
        PayloadData = byteArraySegment.Span[Length..].ToArray();

    public IcmpV6Type Type
    {
        get => (IcmpV6Type)HeaderBytes[0];
        set => HeaderBytes[0] = (byte)value;
    }

    public byte Code
    {
        get => HeaderBytes[1];
        set => HeaderBytes[1] = value;
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset), value);
    }

    public bool ValidIcmpChecksum => Checksum == CalculateIcmpChecksum();

    public ushort CalculateIcmpChecksum() => ChecksumOf(true, ChecksumOffset);

    public void UpdateIcmpChecksum() => Checksum = CalculateIcmpChecksum();
}
