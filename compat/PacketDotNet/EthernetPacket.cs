using System.Buffers.Binary;
using System.Net.NetworkInformation;

namespace PacketDotNet;

/// <summary>An Ethernet II frame, without its checksum.</summary>
public sealed class EthernetPacket : InternetLinkLayerPacket
{
    private const int AddressLength = 6;
    private const int TypeOffset = 2 * AddressLength;

    public EthernetPacket(PhysicalAddress sourceHardwareAddress, PhysicalAddress destinationHardwareAddress, EthernetType ethernetType)
        : base(new byte[TypeOffset + sizeof(ushort)])
    {
        SourceHardwareAddress = sourceHardwareAddress;
        DestinationHardwareAddress = destinationHardwareAddress;
        Type = ethernetType;
    }

    public PhysicalAddress DestinationHardwareAddress
    {
        get => new(HeaderBytes[..AddressLength]);
        set => Write(value, 0);
    }

    public PhysicalAddress SourceHardwareAddress
    {
        get => new(HeaderBytes[AddressLength..TypeOffset]);
        set => Write(value, AddressLength);
    }

    public EthernetType Type
    {
        get => (EthernetType)BinaryPrimitives.ReadUInt16BigEndian(HeaderBytes.AsSpan(TypeOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(HeaderBytes.AsSpan(TypeOffset), (ushort)value);
    }

    private void Write(PhysicalAddress address, int offset)
    {
        var bytes = address.GetAddressBytes();
        if (bytes.Length != AddressLength)
            throw new ArgumentException($"An Ethernet address has {AddressLength} bytes, not {bytes.Length}.", nameof(address));
        bytes.CopyTo(HeaderBytes, offset);
    }
}
