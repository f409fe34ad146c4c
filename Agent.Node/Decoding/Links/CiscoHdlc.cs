using System.Buffers.Binary;

namespace Agent.Node.Decoding.Links;

/// <summary>Cisco's HDLC (RFC 1547, 4.3.1): address, control, EtherType.</summary>
internal static class CiscoHdlc
{
    /// <summary>SLARP: the two ends tell each other that they're there.</summary>
    internal const ushort KeepAlive = 0x8035;

    private const int Length = 4;
    private const byte Unicast = 0x0f;
    private const byte Multicast = 0x8f;

    /// <summary>Tells it from PPP, which has another address.</summary>
    internal static bool IsAddress(ReadOnlySpan<byte> packet) => packet is [Unicast or Multicast, ..];

    internal static bool TryRead(ReadOnlySpan<byte> packet, out ushort type, out int length)
    {
        length = Length;
        type = packet.Length >= Length ? BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) : (ushort)0;
        return packet.Length >= Length;
    }
}
