using System.Runtime.CompilerServices;
using Shared.Messages.Configuration;

namespace Agent.Node.Decoding;

/// <summary>Which UDP destination ports lead into which tunnel, and how a GRE key is read.</summary>
internal sealed class TunnelPorts
{
    private static readonly ConditionalWeakTable<FlowOptions, TunnelPorts> Configured = [];

    /// <summary>From here on (RFC 6335, 6; Linux' own range begins earlier) any program may be given a port.</summary>
    internal const int FirstEphemeral = 32768;

    /// <summary>Below it are the system's services' ports (RFC 6335, 6).</summary>
    internal const int FirstUnreserved = 1024;

    private readonly LayerType[] _byPort = new LayerType[ushort.MaxValue + 1];

    /// <summary>The ports given, per tunnel.</summary>
    public TunnelPorts(params ReadOnlySpan<(LayerType Tunnel, IEnumerable<int> Ports)> tunnels)
    {
        foreach (var (tunnel, ports) in tunnels)
        {
            Set(ports, tunnel);
        }
    }

    private TunnelPorts(TunnelPorts other)
    {
        other._byPort.CopyTo(_byPort, 0);
        IsNvgre = other.IsNvgre;
        HighestAnswering = other.HighestAnswering;
    }

    /// <summary>IANA's ports, and those of Linux (VXLAN 8472) and Contrail (MPLS 51234).</summary>
    public static TunnelPorts Default { get; } = new(
        (LayerType.Vxlan, [4789, 8472]), (LayerType.VxlanGpe, [4790]), (LayerType.Geneve, [6081]), (LayerType.Mpls, [6635, 51234]), (LayerType.Gtp, [2152]),
        (LayerType.L2tp, [1701]), (LayerType.Teredo, [3544]), (LayerType.Gue, [6080]), (LayerType.Lisp, [4341]));

    /// <summary>
    /// The highest port of a tunnel whose clients have ports of their own (L2TP, Teredo), from which answers come; above it,
    /// nothing need be looked up.
    /// </summary>
    internal int HighestAnswering { get; private set; } = -1;

    /// <summary>A GRE key in front of Ethernet is NVGRE's VSID and FlowID (RFC 7637, 3.2); the packets don't say.</summary>
    public bool IsNvgre { get; init; }

    internal LayerType this[ushort port] => _byPort[port];

    /// <summary>As configured: one object per configuration, for all captures and the tunnels below them.</summary>
    public static TunnelPorts Of(FlowOptions options) => Configured.GetValue(options, static flow => new TunnelPorts(
        (LayerType.Vxlan, flow.TunnelPorts.Vxlan), (LayerType.VxlanGpe, flow.TunnelPorts.VxlanGpe), (LayerType.Geneve, flow.TunnelPorts.Geneve),
        (LayerType.Mpls, flow.TunnelPorts.Mpls), (LayerType.Gtp, flow.TunnelPorts.Gtp), (LayerType.L2tp, flow.TunnelPorts.L2tp),
        (LayerType.Teredo, flow.TunnelPorts.Teredo), (LayerType.Gue, flow.TunnelPorts.Gue), (LayerType.Fou, flow.TunnelPorts.Fou), (LayerType.Lisp, flow.TunnelPorts.Lisp))
    {
        IsNvgre = flow.Nvgre,
    });

    /// <summary>The same, with this port leading into this tunnel whatever it led into before.</summary>
    public TunnelPorts With(ushort port, LayerType tunnel)
    {
        var changed = new TunnelPorts(this);
        changed.Put(port, tunnel);
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

            Put(port, tunnel);
        }
    }

    private void Put(int port, LayerType tunnel)
    {
        _byPort[port] = tunnel;
        if (tunnel is LayerType.L2tp or LayerType.Teredo)
        {
            HighestAnswering = Math.Max(HighestAnswering, port);
        }
    }
}
