using System.Buffers.Binary;

namespace PacketDotNet;

/// <summary>RFC 9293, without options.</summary>
public sealed class TcpPacket : TransportPacket
{
    private const int Length = 20;
    private const int FlagsOffset = 12;
    private const int ChecksumOffset = 16;
    private const ushort Fin = 0x01;
    private const ushort Syn = 0x02;
    private const ushort Rst = 0x04;
    private const ushort Ack = 0x10;

    public TcpPacket(ushort sourcePort, ushort destinationPort) : base(new byte[Length])
    {
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
        HeaderBytes[FlagsOffset] = (Length / 4) << 4;
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

    public uint SequenceNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(HeaderBytes.AsSpan(4));
        set => BinaryPrimitives.WriteUInt32BigEndian(HeaderBytes.AsSpan(4), value);
    }

    public uint AcknowledgmentNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(HeaderBytes.AsSpan(8));
        set => BinaryPrimitives.WriteUInt32BigEndian(HeaderBytes.AsSpan(8), value);
    }

    public ushort WindowSize
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(14));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(14), value);
    }

    public override ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(ChecksumOffset), value);
    }

    public bool Synchronize { get => Flag(Syn); set => SetFlag(Syn, value); }

    public bool Acknowledgment { get => Flag(Ack); set => SetFlag(Ack, value); }

    public bool Finished { get => Flag(Fin); set => SetFlag(Fin, value); }

    public bool Reset { get => Flag(Rst); set => SetFlag(Rst, value); }

    public bool ValidTcpChecksum => Checksum == CalculateTcpChecksum();

    public ushort CalculateTcpChecksum() => ChecksumOf(true, ChecksumOffset);

    public void UpdateTcpChecksum() => Checksum = CalculateTcpChecksum();

    private ushort Bits
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(FlagsOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(FlagsOffset), value);
    }

    private bool Flag(ushort flag) => (Bits & flag) != 0;

    private void SetFlag(ushort flag, bool value) => Bits = (ushort)(value ? Bits | flag : Bits & ~flag);
}
