using System.Diagnostics.CodeAnalysis;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>A header and what it carries: another packet, or bytes.</summary>
public abstract class Packet
{
    private Packet? _payloadPacket;
    private byte[]? _payloadData;

    internal Packet(byte[] header) => HeaderBytes = header;

    public virtual Packet? ParentPacket { get; set; }

    [DisallowNull]
    public virtual Packet? PayloadPacket
    {
        get => _payloadPacket;
        set
        {
            if (ReferenceEquals(value, this))
                throw new InvalidOperationException("a packet can't be inside itself");
            _payloadPacket = value;
            _payloadData = null;
            value.ParentPacket = this;
        }
    }

    [DisallowNull]
    public byte[]? PayloadData
    {
        get => _payloadData;
        set
        {
            _payloadData = value;
            _payloadPacket = null;
        }
    }

    public virtual bool HasPayloadPacket => _payloadPacket is not null;

    public virtual bool HasPayloadData => _payloadData is not null;

    public virtual byte[] HeaderData => [.. HeaderBytes];

    public int TotalPacketLength => HeaderBytes.Length + PayloadLengthInBytes;

    /// <summary>Header and payload, with the lengths in the headers brought up to date.</summary>
    public virtual byte[] Bytes
    {
        get
        {
            for (var packet = this; packet is not null; packet = packet._payloadPacket)
                packet.UpdateCalculatedValues();
            var bytes = new byte[TotalPacketLength];
            CopyTo(bytes);
            return bytes;
        }
    }

    internal byte[] HeaderBytes { get; }

    internal int PayloadLengthInBytes => _payloadPacket?.TotalPacketLength ?? _payloadData?.Length ?? 0;

    /// <summary>Sets the fields that follow from others: lengths.</summary>
    public virtual void UpdateCalculatedValues()
    {
    }

    internal void CopyTo(Span<byte> bytes)
    {
        HeaderBytes.CopyTo(bytes);
        var rest = bytes[HeaderBytes.Length..];
        if (_payloadPacket is not null)
            _payloadPacket.CopyTo(rest);
        else
            _payloadData?.CopyTo(rest);
    }

    /// <summary>The Internet checksum over this packet, after the pseudo header of the IP packet below it if asked for.</summary>
    internal ushort ChecksumOf(bool withPseudoHeader, int checksumOffset)
    {
        var bytes = new byte[TotalPacketLength];
        CopyTo(bytes);
        bytes.AsSpan(checksumOffset, sizeof(ushort)).Clear();
        uint sum = 0;
        if (withPseudoHeader)
        {
            if (ParentPacket is not IPPacket ip)
                throw new InvalidOperationException($"The checksum of a {GetType().Name} covers its IP header: set it as an IP packet's payload first.");
            sum = ip.PseudoHeaderSum(bytes.Length);
        }
        return InternetChecksum.Finish(InternetChecksum.Add(sum, bytes));
    }
}

/// <summary>What lies right above or is a link layer.</summary>
public class InternetLinkLayerPacket : Packet
{
    internal InternetLinkLayerPacket(byte[] header) : base(header)
    {
    }
}

/// <summary>What lies on a network: IP, ICMP.</summary>
public class InternetPacket : Packet
{
    internal InternetPacket(byte[] header) : base(header)
    {
    }
}

/// <summary>What has ports.</summary>
public abstract class TransportPacket : Packet
{
    internal TransportPacket(byte[] header) : base(header)
    {
    }

    public abstract ushort SourcePort { get; set; }

    public abstract ushort DestinationPort { get; set; }

    public abstract ushort Checksum { get; set; }
}
