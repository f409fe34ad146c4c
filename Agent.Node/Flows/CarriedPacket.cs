using System.Buffers.Binary;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>What two packets of one conversation have in common when one answers the other.</summary>
internal enum AnswerKind : byte
{
    /// <summary>Nothing: their protocol has no such number.</summary>
    None,

    /// <summary>Two different ports, one of which its owner chose for this conversation.</summary>
    Ports,

    /// <summary>The transaction's number.</summary>
    Number,

    /// <summary>Sequence and acknowledgment numbers.</summary>
    Sequence,
}

/// <summary>The innermost packet of a tunnel's, as far as it tells which packet is its answer, whichever tunnel that comes through.</summary>
internal readonly struct CarriedPacket
{
    private const int MaximumDepth = 8;
    private const ushort DnsPort = 53;
    private const int Window = 1 << 20;

    /// <summary>A hash of the ends of all layers, the same for both directions.</summary>
    internal ulong Conversation { get; private init; }

    internal bool FromHigh { get; private init; }

    internal AnswerKind Kind { get; private init; }

    /// <summary>Sequence: what the next packet begins with. Number: that.</summary>
    private uint Next { get; init; }

    /// <summary>Sequence: the acknowledgment, if it has one.</summary>
    private uint Awaited { get; init; }

    private bool Acknowledges { get; init; }

    /// <summary>Sequence: what this packet begins with.</summary>
    private uint First { get; init; }

    /// <param name="link">What the tunnel carries.</param>
    /// <param name="packet">That.</param>
    /// <param name="ports">Tunnels in it.</param>
    /// <param name="around">A hash of the ends of the tunnel.</param>
    /// <param name="carried">What it says.</param>
    internal static bool TryRead(LinkType link, ReadOnlySpan<byte> packet, TunnelPorts ports, ulong around, out CarriedPacket carried)
    {
        for (var depth = 0; depth < MaximumDepth; depth++)
        {
            PacketLayers layers = default;
            PacketDecoder.DecodeAny(link, packet, ports, ref layers);
            if (layers.Path.Packed == 0 || layers.IsFragment || layers.End == DecodeEnd.Broken || !layers.HasEnds)
            {
                break;
            }

            // Identifiers may differ between directions here, too, and MAC addresses where paths do.
            FlowKey.Make(layers, LayerKeyMode.L3, around, out var key, out var fromHigh);
            key.NetworkId = 0;
            around = KeyHash.Wide(key);
            if (layers.End == DecodeEnd.Complete)
            {
                carried = Read(layers, packet, around, fromHigh);
                return true;
            }
            packet = packet[layers.InnerOffset..];
            link = layers.Inner;
        }
        carried = default;
        return false;
    }

    /// <summary>
    /// Whether one answers the other by the numbers in them. A connection's first packet and its answer agree to the byte; in
    /// the middle of one both numbers are near what the other side said, which happens to one in millions by chance.
    /// </summary>
    internal bool Answers(in CarriedPacket other) => Kind == other.Kind && FromHigh != other.FromHigh && Kind switch
    {
        AnswerKind.Sequence when Acknowledges && other.Acknowledges => IsNear(Awaited, other.Next) && IsNear(First, other.Awaited),
        AnswerKind.Sequence when Acknowledges => Awaited == other.Next,
        AnswerKind.Sequence => other.Acknowledges && other.Awaited == Next,
        AnswerKind.Number => Next == other.Next,
        _ => true,
    };

    private static CarriedPacket Read(in PacketLayers layers, ReadOnlySpan<byte> packet, ulong conversation, bool fromHigh)
    {
        var data = packet[Math.Min(layers.NetworkPayloadOffset, packet.Length)..];
        switch (layers.Transport)
        {
            case LayerType.Tcp when data.Length >= TcpHeader.MinimumLength:
                var payload = Math.Max(layers.NetworkPayloadLength - (data[12] >> 4) * sizeof(uint), 0);
                var counted = (layers.TcpFlags & (TcpHeader.Syn | TcpHeader.Fin)) != 0 ? 1 : 0;
                return new CarriedPacket
                {
                    Conversation = conversation,
                    FromHigh = fromHigh,
                    Kind = AnswerKind.Sequence,
                    First = layers.TcpSequence,
                    Next = layers.TcpSequence + (uint)(payload + counted),
                    Awaited = BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
                    Acknowledges = (layers.TcpFlags & TcpHeader.Ack) != 0,
                };
            case LayerType.Udp when (layers.SourcePort == DnsPort || layers.DestinationPort == DnsPort) && data.Length >= UdpHeader.Length + sizeof(ushort):
                return new CarriedPacket { Conversation = conversation, FromHigh = fromHigh, Kind = AnswerKind.Number, Next = BinaryPrimitives.ReadUInt16BigEndian(data[UdpHeader.Length..]) };
            case LayerType.IcmpV4 or LayerType.IcmpV6 when layers.IsIcmpExchange && (layers.IcmpId | layers.IcmpSequence) != 0:
                return new CarriedPacket { Conversation = conversation, FromHigh = fromHigh, Kind = AnswerKind.Number, Next = layers.IcmpSequence };
            case LayerType.Udp or LayerType.UdpLite or LayerType.Sctp or LayerType.Dccp when layers.SourcePort != layers.DestinationPort:
                return new CarriedPacket { Conversation = conversation, FromHigh = fromHigh, Kind = AnswerKind.Ports };
            default:
                return new CarriedPacket { Conversation = conversation, FromHigh = fromHigh, Kind = AnswerKind.None };
        }
    }

    private static bool IsNear(uint number, uint other) => Math.Abs((long)(int)(number - other)) < Window;
}
