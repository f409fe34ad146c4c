using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>
/// Counts an ICMP error in the flow whose packet it quotes, and says in the error's own flow which that is. Where link layers
/// tell flows apart, the error is taken to come back on the link the packet went out on.
/// </summary>
/// <param name="table">The flows.</param>
/// <param name="details">Theirs.</param>
/// <param name="options">The engine's.</param>
/// <param name="share">Of several engines, for one may have the error and another the flow; null: there is one.</param>
internal sealed class IcmpErrorCounter(FlowTable table, FlowDetailStore details, FlowOptions options, EngineShare? share)
{
    /// <summary>For an error on the outside, that the other engines look at, too: what they will say.</summary>
    internal QuotedFlow Asked { get; set; }

    /// <param name="record">The error's own flow.</param>
    /// <param name="layers">The error's.</param>
    /// <param name="packet">From the flow's first layer on, or the payload of the IP packet where it was put together from fragments.</param>
    /// <param name="now">The engine's clock.</param>
    internal void Count(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> packet, long now)
    {
        if (!TryReadQuoted(layers, packet, out var quoted))
        {
            return;
        }

        if (Asked.Asked is not null && PacketOwners.Of(quoted, share!.Count) != share.Number)
        {
            (details.Of(ref record).Subjects ??= new ErrorSubjects()).Add(Asked);
            return;
        }

        var uuid = CountIn(quoted, layers, record.Key.Parent, record.Number, now);
        if (uuid != 0)
        {
            (details.Of(ref record).Subjects ??= new ErrorSubjects()).Add(new QuotedFlow(null, uuid, 0));
        }
    }

    /// <summary>Counts an error whose own flow is another engine's; the UUID of the flow it's about, or 0 where that isn't here.</summary>
    internal ulong CountOthers(in PacketLayers layers, ReadOnlySpan<byte> packet, ulong parent, long now) =>
        TryReadQuoted(layers, packet, out var quoted) && PacketOwners.Of(quoted, share!.Count) == share.Number ? CountIn(quoted, layers, parent, -1, now) : 0;

    private bool TryReadQuoted(in PacketLayers layers, ReadOnlySpan<byte> packet, out PacketLayers quoted)
    {
        var start = (layers.IsReassembled ? 0 : layers.NetworkPayloadOffset) + IcmpHeader.Length;
        if (start >= packet.Length)
        {
            quoted = default;
            return false;
        }

        PacketDecoder.DecodeQuoted(packet[start..], layers, options.Ports, out quoted);
        return quoted.IpVersion != 0;
    }

    private ulong CountIn(in PacketLayers quoted, in PacketLayers error, ulong parent, int own, long now)
    {
        FlowKey.Make(quoted, options.KeyMode, parent, out var key, out _);
        ref var subject = ref table.Use(key, now, out var isFound);
        if (!isFound || subject.Number == own)
        {
            return 0;
        }

        (details.Of(ref subject).IcmpErrors ??= new IcmpErrors()).Add(error);
        subject.Flags |= FlowFlags.Changed;
        return subject.Uuid;
    }
}
