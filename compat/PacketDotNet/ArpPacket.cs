using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace PacketDotNet;

/// <summary>RFC 826, for IPv4 over Ethernet.</summary>
public sealed class ArpPacket : InternetLinkLayerPacket
{
    private const int OperationOffset = 6;
    private const int SenderOffset = 8;
    private const int TargetOffset = 18;

    public ArpPacket(ArpOperation operation, PhysicalAddress targetHardwareAddress, IPAddress targetProtocolAddress, PhysicalAddress senderHardwareAddress, IPAddress senderProtocolAddress)
        : base(new byte[28])
    {
        BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes, (ushort)LinkLayers.Ethernet);
        BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(2), (ushort)EthernetType.IPv4);
        HeaderBytes[4] = 6;
        HeaderBytes[5] = 4;
        Operation = operation;
        Write(SenderOffset, senderHardwareAddress, senderProtocolAddress);
        Write(TargetOffset, targetHardwareAddress, targetProtocolAddress);
    }

    public ArpOperation Operation
    {
        get => (ArpOperation)BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(OperationOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(OperationOffset), (ushort)value);
    }

    private void Write(int offset, PhysicalAddress hardware, IPAddress protocol)
    {
        hardware.GetAddressBytes().AsSpan(0, 6).CopyTo(HeaderBytes.AsSpan(offset));
        protocol.GetAddressBytes().AsSpan(0, 4).CopyTo(HeaderBytes.AsSpan(offset + 6));
    }
}
