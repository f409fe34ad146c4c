using System.Runtime.CompilerServices;
using Shared.Messages.Configuration;

namespace Agent.Node.Decoding;

/// <summary>Which UDP destination ports lead into which tunnel, and how a GRE key is read.</summary>
internal sealed class TunnelPorts
{
    private static readonly ConditionalWeakTable<FlowOptions, TunnelPorts> Configured = [];

    private readonly LayerType[] _byPort = new LayerType[ushort.MaxValue + 1];

    /// <summary>The ports given, per tunnel.</summary>
    public TunnelPorts(IEnumerable<int> vxlan, IEnumerable<int> vxlanGpe, IEnumerable<int> geneve, IEnumerable<int> mpls, IEnumerable<int> gtp)
    {
        Set(vxlan, LayerType.Vxlan);
        Set(vxlanGpe, LayerType.VxlanGpe);
        Set(geneve, LayerType.Geneve);
        Set(mpls, LayerType.Mpls);
        Set(gtp, LayerType.Gtp);
    }

    private TunnelPorts(TunnelPorts other)
    {
        other._byPort.CopyTo(_byPort, 0);
        IsNvgre = other.IsNvgre;
    }

    /// <summary>IANA's ports, and those of Linux (VXLAN 8472) and Contrail (MPLS 51234).</summary>
    public static TunnelPorts Default { get; } = new(vxlan: [4789, 8472], vxlanGpe: [4790], geneve: [6081], mpls: [6635, 51234], gtp: [2152]);

    /// <summary>A GRE key in front of Ethernet is NVGRE's VSID and FlowID (RFC 7637, 3.2); the packets don't say.</summary>
    public bool IsNvgre { get; init; }

    internal LayerType this[ushort port] => _byPort[port];

    /// <summary>As configured: one object per configuration, for all captures and the tunnels below them.</summary>
    public static TunnelPorts Of(FlowOptions options) => Configured.GetValue(options, static flow =>
        new TunnelPorts(flow.TunnelPorts.Vxlan, flow.TunnelPorts.VxlanGpe, flow.TunnelPorts.Geneve, flow.TunnelPorts.Mpls, flow.TunnelPorts.Gtp) { IsNvgre = flow.Nvgre });

    /// <summary>The same, with this port leading into this tunnel whatever it led into before.</summary>
    public TunnelPorts With(ushort port, LayerType tunnel)
    {
        var changed = new TunnelPorts(this);
        changed._byPort[port] = tunnel;
        return changed;
    }

    /// <summary>"4789 VXLAN, 6081 Geneve": as help texts have it.</summary>
    public override string ToString() =>
        string.Join(", ", _byPort.Index().Where(port => port.Item != LayerType.None).Select(port => $"{port.Index} {LayersPath.NameOf(port.Item)}"));

    private void Set(IEnumerable<int> ports, LayerType tunnel)
    {
        foreach (var port in ports)
        {
            if (port is < 1 or > ushort.MaxValue)
            {
                throw new ArgumentOutOfRangeException(nameof(ports), port, $"{LayersPath.NameOf(tunnel)}: {port} is not a UDP port");
            }

            if (_byPort[port] != LayerType.None && _byPort[port] != tunnel)
            {
                throw new ArgumentException($"UDP port {port} is given to {LayersPath.NameOf(_byPort[port])} and to {LayersPath.NameOf(tunnel)}", nameof(ports));
            }

            _byPort[port] = tunnel;
        }
    }
}
