namespace Agent.Node.Decoding;

/// <summary>Which UDP destination ports lead into which tunnel.</summary>
internal sealed class TunnelPorts
{
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

    /// <summary>IANA's ports, and those of Linux (VXLAN 8472) and Contrail (MPLS 51234).</summary>
    public static TunnelPorts Default { get; } = new(vxlan: [4789, 8472], vxlanGpe: [4790], geneve: [6081], mpls: [6635, 51234], gtp: [2152]);

    internal LayerType this[ushort port] => _byPort[port];

    private void Set(IEnumerable<int> ports, LayerType tunnel)
    {
        foreach (var port in ports)
        {
            if (port is < 1 or > ushort.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(ports), port, $"{LayersPath.NameOf(tunnel)}: {port} is not a UDP port");
            if (_byPort[port] != LayerType.None && _byPort[port] != tunnel)
                throw new ArgumentException($"UDP port {port} is given to {LayersPath.NameOf(_byPort[port])} and to {LayersPath.NameOf(tunnel)}", nameof(ports));
            _byPort[port] = tunnel;
        }
    }
}
