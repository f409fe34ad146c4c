using System.Globalization;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Decoding;

/// <summary>All that the decoder says of a packet through all its tunnels, under Wireshark's names, values of one name in their order.</summary>
internal sealed class PacketFacts
{
    /// <summary>The fields compared. VLAN tags have two names there, by EtherType.</summary>
    internal static readonly string[] Fields =
    [
        "eth.src", "eth.dst", "vlan.id", "ip.src", "ip.dst", "ip.ttl", "ip.proto", "ipv6.src", "ipv6.dst", "ipv6.hlim", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "tcp.flags",
        "dccp.srcport", "dccp.dstport", "sctp.srcport", "sctp.dstport", "icmp.type", "icmp.code", "icmp.ident", "icmpv6.type", "icmpv6.code", "icmpv6.echo.identifier", "gre.key", "gre.sequence_number", "vxlan.vni", "geneve.vni",
        "geneve.option.class", "geneve.option.type", "mpls.label", "gtp.teid", "erspan.spanid", "pppoe.session_id",
        "nsh.spi", "lisp-data.iid", "l2tp.tunnel", "l2tp.session",
    ];

    private readonly Dictionary<string, List<string>> _values = [];

    internal List<string> Layers { get; } = [];

    internal IReadOnlyList<string> this[string field] => _values.GetValueOrDefault(field) ?? [];

    internal static PacketFacts Of(LinkType link, ReadOnlySpan<byte> packet)
    {
        var facts = new PacketFacts();
        while (true)
        {
            PacketDecoder.Decode(link, packet, TunnelPorts.Default, out var layers);
            facts.Add(layers, packet);
            if (layers.End != DecodeEnd.Tunnel)
            {
                return facts;
            }

            packet = packet[layers.InnerOffset..];
            link = layers.Inner;
        }
    }

    private void Add(in PacketLayers layers, ReadOnlySpan<byte> packet)
    {
        Layers.AddRange(layers.Path.ToString().Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (layers.HasLink)
        {
            Add("eth.src", FlowForms.Mac(layers.LinkSource));
            Add("eth.dst", FlowForms.Mac(layers.LinkDestination));
        }
        for (var tag = 0; tag < layers.VlanCount; tag++)
        {
            Add("vlan.id", (long)((layers.VlanTags >> (12 * tag)) & 0xfff));
        }

        if (layers.IpVersion != 0)
        {
            var name = layers.IpVersion == 4 ? "ip" : "ipv6";
            Add(name + ".src", FlowForms.Address(layers.IpVersion == 6, layers.SourceHigh, layers.SourceLow));
            Add(name + ".dst", FlowForms.Address(layers.IpVersion == 6, layers.DestinationHigh, layers.DestinationLow));
            Add(layers.IpVersion == 4 ? "ip.ttl" : "ipv6.hlim", layers.TimeToLive);
            if (layers.IpVersion == 4)
            {
                // Ours is the protocol that the flow has, behind AH.
                Add("ip.proto", layers.Path.ToString().Contains("/AH", StringComparison.Ordinal) ? IpProtocols.Authentication : layers.IpProtocol);
            }
        }
        AddTransport(layers);
        AddTunnel(layers, packet);
    }

    private void AddTransport(in PacketLayers layers)
    {
        switch (layers.Transport)
        {
            case LayerType.Tcp or LayerType.Udp or LayerType.UdpLite or LayerType.Sctp or LayerType.Dccp:
                var name = layers.Transport == LayerType.UdpLite ? "udp" : LayersPath.NameOf(layers.Transport).ToLowerInvariant();
                Add(name + ".srcport", layers.SourcePort);
                Add(name + ".dstport", layers.DestinationPort);
                if (layers.Transport == LayerType.Tcp)
                {
                    Add("tcp.flags", layers.TcpFlags);
                }

                break;
            case LayerType.IcmpV4:
                Add("icmp.type", layers.IcmpType);
                Add("icmp.code", layers.IcmpCode);
                if (layers.IcmpQuery == IcmpExchange.EchoV4)
                {
                    Add("icmp.ident", layers.IcmpId);
                }

                break;
            case LayerType.IcmpV6:
                Add("icmpv6.type", layers.IcmpType);
                Add("icmpv6.code", layers.IcmpCode);
                if (layers.IcmpQuery == IcmpExchange.EchoV6)
                {
                    Add("icmpv6.echo.identifier", layers.IcmpId);
                }

                break;
        }
    }

    private void AddTunnel(in PacketLayers layers, ReadOnlySpan<byte> packet)
    {
        var tunnel = TunnelDetails.Read(layers, packet) is { } details ? TunnelMessages.ToMessage(details) : null;
        var last = layers.Path.Last;
        if (layers.Tunnel is LayerType.Vxlan or LayerType.VxlanGpe)
        {
            Add("vxlan.vni", last is LayerType.Mpls or LayerType.Nsh ? layers.OuterId : layers.NetworkId);
        }
        else if (layers.Tunnel == LayerType.Geneve)
        {
            Add("geneve.vni", last is LayerType.Mpls or LayerType.Nsh ? layers.OuterId : layers.NetworkId);
        }

        if (last == LayerType.Gtp)
        {
            Add("gtp.teid", layers.NetworkId);
        }

        if (last == LayerType.Nsh || layers.Tunnel == LayerType.Nsh)
        {
            Add("nsh.spi", last == LayerType.Mpls ? layers.OuterId : layers.NetworkId);
        }

        if (last == LayerType.Lisp && layers.NetworkId != 0)
        {
            Add("lisp-data.iid", layers.NetworkId);
        }

        if (last == LayerType.L2tp)
        {
            Add("l2tp.tunnel", layers.NetworkId >> 16);
            Add("l2tp.session", layers.NetworkId & 0xffff);
        }

        if (last == LayerType.ErspanII)
        {
            Add("erspan.spanid", layers.NetworkId);
        }

        if (tunnel is null)
        {
            return;
        }
        // Of PPTP Wireshark shows the call under another name.
        if (tunnel.HasGreKey && layers.EtherType != EtherTypes.Ppp)
        {
            Add("gre.key", tunnel.GreKey);
        }

        if (tunnel.HasGreSequence)
        {
            Add("gre.sequence_number", tunnel.GreSequence);
        }

        foreach (var option in tunnel.GeneveOptions)
        {
            Add("geneve.option.class", option.Class);
            Add("geneve.option.type", option.Type);
        }
        foreach (var label in tunnel.MplsLabels)
        {
            Add("mpls.label", label);
        }

        if (tunnel.HasPppoeSession)
        {
            Add("pppoe.session_id", tunnel.PppoeSession);
        }
    }

    private void Add(string field, long value) => Add(field, value.ToString(CultureInfo.InvariantCulture));

    private void Add(string field, string value)
    {
        if (!_values.TryGetValue(field, out var values))
        {
            _values.Add(field, values = []);
        }

        values.Add(value);
    }
}
