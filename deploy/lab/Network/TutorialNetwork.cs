using System.Globalization;
using Lab.Hosts;

namespace Lab.Network;

/// <summary>The kinds of tunnel the tutorial can run over, by Open vSwitch's names.</summary>
internal enum TunnelKind
{
    Gre,
    Vxlan,
    Geneve,
}

/// <summary>What the tutorial has its user type on each agent: a namespace, a veth pair into it, a bridge with a tunnel to the other agent.</summary>
internal static class TutorialNetwork
{
    /// <summary>The VNI of the VXLAN and GENEVE tunnels.</summary>
    public const int Vni = 77;

    public static async Task CreateAsync(LabHost host, int number, string peerAddress, TunnelKind tunnel, CancellationToken cancel)
    {
        var ns = $"ns{number}";
        await host.RunAsync($"ip netns add {ns}", cancel);
        await host.RunAsync($"ip link add vm{number}-eth0 type veth peer name eth0 netns {ns}", cancel);
        await host.RunAsync($"ip netns exec {ns} ip link set lo up", cancel);
        await host.RunAsync($"ip netns exec {ns} ip addr add 10.0.0.{number}/24 dev eth0", cancel);
        await host.RunAsync($"ip netns exec {ns} ethtool -K eth0 tx off", cancel);
        await host.RunAsync($"ethtool -K vm{number}-eth0 tx off", cancel);
        await host.RunAsync($"ip netns exec {ns} ip link set eth0 up", cancel);
        await host.RunAsync($"ip link set vm{number}-eth0 up", cancel);

        var kind = tunnel.ToString().ToLowerInvariant();
        List<string> options = [$"type={kind}", $"options:remote_ip={peerAddress}"];
        if (tunnel != TunnelKind.Gre)
        {
            options.Add(string.Create(CultureInfo.InvariantCulture, $"options:key={Vni}"));
        }

        await host.RunAsync([
            "ovs-vsctl", "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
            "--", "add-port", "br0", $"vm{number}-eth0",
            "--", "add-port", "br0", kind, "--", "set", "interface", kind, .. options], cancel);
    }
}
