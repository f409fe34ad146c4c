using System.Buffers.Binary;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>RFC 792. Made from a segment of at least a header's length; what lies behind the header is its payload.</summary>
public sealed class IcmpV4Packet : InternetPacket
{
    private const int Length = 8;
    private const int ChecksumOffset = 2;

    public IcmpV4Packet(ByteArraySegment byteArraySegment) : base(byteArraySegment.Span[..Length].ToArray()) =>
        PayloadData = byteArraySegment.Span[Length..].ToArray();

    public IcmpV4TypeCode TypeCode
    {
        get => (IcmpV4TypeCode)BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes);
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes, (ushort)value);
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset), value);
    }

    public ushort Id
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(4));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(4), value);
    }

    public ushort Sequence
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(6));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(6), value);
    }

    public byte[] Data
    {
        get => PayloadData ?? [];
        set => PayloadData = value;
    }

    public bool ValidIcmpChecksum => Checksum == CalculateIcmpChecksum();

    public ushort CalculateIcmpChecksum() => ChecksumOf(false, ChecksumOffset);

    public void UpdateIcmpChecksum() => Checksum = CalculateIcmpChecksum();
}
