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
        var offset = layers.NetworkPayloadOffset;
        var whole = layers.IsReassembled ? originalLength - offset : layers.NetworkPayloadLength;
        // A packet that the card will cut into segments may say 0: it's too long for the header's length field.
        if (whole <= 0)
        {
            whole = originalLength - offset;
        }

        var header = (packet[offset + DataOffsetByte] >> 4) * sizeof(uint);
        return new TcpSegment(time, layers.TcpSequence, layers.TcpFlags, Math.Max(whole - header, 0), layers.TimeToLive);
    }
}

/// <summary>Sequence numbers, which start anew after 2^32 (RFC 9293, 3.4): right as long as both are less than half of that apart.</summary>
internal static class TcpSequence
{
    /// <summary>Numbers from one to the other: below 0 when <paramref name="to"/> comes first.</summary>
    internal static int Distance(uint from, uint to) => unchecked((int)(to - from));

    internal static uint Add(uint sequence, int numbers) => unchecked(sequence + (uint)numbers);

    internal static uint Earlier(uint one, uint other) => Distance(one, other) < 0 ? other : one;

    internal static uint Later(uint one, uint other) => Distance(one, other) < 0 ? one : other;
}
