using Agent.Node.Decoding;

namespace Agent.Node.Flows.Details;

/// <summary>What one packet says about its connection.</summary>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Sequence">Of the first byte.</param>
/// <param name="Flags">As the header has them.</param>
/// <param name="Length">Bytes of payload on the wire, however few of them were captured.</param>
/// <param name="TimeToLive">Of its IP packet.</param>
internal readonly record struct TcpSegment(long Time, uint Sequence, byte Flags, int Length, byte TimeToLive)
{
    private const int DataOffsetByte = 12;

    internal bool IsSyn => (Flags & TcpHeader.Syn) != 0;

    internal bool IsFin => (Flags & TcpHeader.Fin) != 0;

    internal bool IsRst => (Flags & TcpHeader.Rst) != 0;

    internal bool IsAck => (Flags & TcpHeader.Ack) != 0;

    /// <param name="layers">Decoded from the packet, and TCP.</param>
    /// <param name="packet">The packet, or the payload of the IP packet where it was put together from fragments.</param>
    /// <param name="originalLength">Its length on the wire.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    internal static TcpSegment Of(in PacketLayers layers, ReadOnlySpan<byte> packet, int originalLength, long time)
    {
        var offset = layers.IsReassembled ? 0 : layers.NetworkPayloadOffset;
        var whole = layers.IsReassembled ? originalLength : layers.NetworkPayloadLength;
        // A packet that the card will cut into segments may say 0: it's too long for the header's length field.
        if (whole <= 0)
            whole = originalLength - offset;
        var header = (packet[offset + DataOffsetByte] >> 4) * sizeof(uint);
        return new TcpSegment(time, layers.TcpSequence, layers.TcpFlags, Math.Max(whole - header, 0), layers.TimeToLive);
    }
}
