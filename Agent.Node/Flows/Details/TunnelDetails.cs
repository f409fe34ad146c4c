using System.Buffers.Binary;
using Agent.Node.Decoding;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Details;

/// <summary>What a tunnel's headers say beyond the flow's network ID, as its first packet has them. At most 320 bytes of it.</summary>
internal sealed class TunnelDetails
{
    /// <summary>GRE's key; of PPTP the call ID. Also where it's the network ID: a key of 0 isn't none.</summary>
    public uint? GreKey { get; private init; }

    /// <summary>GRE's sequence number.</summary>
    public uint? GreSequence { get; private init; }

    /// <summary>The whole label stack, as in the packet.</summary>
    public byte[] MplsStack { get; private init; } = [];

    /// <summary>GENEVE's options, as in the packet.</summary>
    public byte[] GeneveOptions { get; private init; } = [];

    /// <summary>VXLAN's group of the sender.</summary>
    public ushort? GroupPolicy { get; private init; }

    /// <summary>With the group: don't learn the sender's address.</summary>
    public bool DontLearn { get; private init; }

    /// <summary>With the group: its policy has been applied.</summary>
    public bool PolicyApplied { get; private init; }

    /// <summary>PPPoE's session.</summary>
    public ushort? PppoeSession { get; private set; }

    /// <summary>Null when there's nothing to say.</summary>
    /// <param name="layers">The first packet's.</param>
    /// <param name="packet">What the layers' offsets are into.</param>
    internal static TunnelDetails? Read(in PacketLayers layers, ReadOnlySpan<byte> packet)
    {
        var details = ReadHeaders(layers, packet);
        if (layers.PppoeSession != 0)
        {
            (details ??= new TunnelDetails()).PppoeSession = layers.PppoeSession;
        }

        return details;
    }

    /// <summary>The labels, the top one first.</summary>
    internal IEnumerable<uint> Labels()
    {
        for (var offset = 0; offset < MplsStack.Length; offset += Decoding.MplsStack.EntryLength)
        {
            yield return Decoding.MplsStack.LabelOf(BinaryPrimitives.ReadUInt32BigEndian(MplsStack.AsSpan(offset)));
        }
    }

    private static TunnelDetails? ReadHeaders(in PacketLayers layers, ReadOnlySpan<byte> packet)
    {
        var data = packet[layers.TunnelOffset..];
        switch (layers.Tunnel)
        {
            case LayerType.Gre when GreHeader.TryRead(data, out var gre) && (gre.HasKey || gre.HasSequence || IsMpls(gre.Protocol)):
                return new TunnelDetails
                {
                    GreKey = gre.HasKey ? gre.Key : null,
                    GreSequence = gre.HasSequence ? gre.Sequence : null,
                    MplsStack = IsMpls(gre.Protocol) ? StackIn(data[gre.Length..]) : [],
                };
            case LayerType.Vxlan when VxlanHeader.TryRead(data, out var vxlan) && vxlan.HasGroupPolicy:
                return new TunnelDetails { GroupPolicy = vxlan.GroupPolicy, DontLearn = vxlan.DontLearn, PolicyApplied = vxlan.PolicyApplied };
            case LayerType.VxlanGpe when VxlanHeader.TryReadGpe(data, out var gpe) && IsMpls(gpe.Protocol):
                return new TunnelDetails { MplsStack = StackIn(data[VxlanHeader.Length..]) };
            case LayerType.Geneve when GeneveHeader.TryRead(data, out var geneve) && (geneve.Length > GeneveHeader.MinimumLength || IsMpls(geneve.Protocol)):
                return new TunnelDetails
                {
                    GeneveOptions = data[GeneveHeader.MinimumLength..geneve.Length].ToArray(),
                    MplsStack = IsMpls(geneve.Protocol) ? StackIn(data[geneve.Length..]) : [],
                };
            case LayerType.Nsh when NshHeader.TryRead(data, out var nsh) && IsMpls(nsh.Protocol):
                return new TunnelDetails { MplsStack = StackIn(data[nsh.Length..]) };
            case LayerType.Gue when GueHeader.TryRead(data, out var gue) && gue.Protocol == IpProtocols.MplsInIp:
                return new TunnelDetails { MplsStack = StackIn(data[gue.Length..]) };
            case LayerType.Mpls:
                return new TunnelDetails { MplsStack = StackIn(data) };
            default:
                return null;
        }
    }

    private static bool IsMpls(ushort protocol) => protocol is EtherTypes.Mpls or EtherTypes.MplsMulticast;

    private static byte[] StackIn(ReadOnlySpan<byte> data) => Decoding.MplsStack.TryRead(data, out var stack) ? data[..stack.Length].ToArray() : [];
}

/// <summary>Details of tunnels as the protocol's messages.</summary>
internal static class TunnelMessages
{
    internal static FlowTunnel ToMessage(TunnelDetails details)
    {
        var tunnel = new FlowTunnel();
        if (details.GreKey is { } key)
        {
            tunnel.GreKey = key;
        }

        if (details.GreSequence is { } sequence)
        {
            tunnel.GreSequence = sequence;
        }

        if (details.PppoeSession is { } session)
        {
            tunnel.PppoeSession = session;
        }

        if (details.GroupPolicy is { } group)
        {
            tunnel.GroupPolicy = new VxlanGroupPolicy { Id = group, DontLearn = details.DontLearn, PolicyApplied = details.PolicyApplied };
        }

        tunnel.MplsLabels.Add(details.Labels());
        ReadOnlySpan<byte> options = details.GeneveOptions;
        while (GeneveOption.TryTake(ref options, out var option))
        {
            tunnel.GeneveOptions.Add(new GeneveOptionValue { Class = option.Class, Type = option.Type, Value = ByteString.CopyFrom(option.Value) });
        }

        return tunnel;
    }
}
