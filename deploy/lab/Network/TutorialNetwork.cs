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

    /// <summary>On all hosts, in the order of their numbers: the first one's bridge has a tunnel to each other's.</summary>
    public static async Task CreateAsync(IReadOnlyList<LabHost> hosts, TunnelKind tunnel, CancellationToken cancel)
    {
        foreach (var (index, host) in hosts.Index())
        {
            await CreateAsync(host, index + 1, cancel);
            if (index > 0)
            {
                await TunnelAsync(host, tunnel, NameOf(tunnel), LabPlan.AgentAddress(1), cancel);
                // The tutorial's own tunnel has its kind's name at both ends.
                await TunnelAsync(hosts[0], tunnel, index == 1 ? NameOf(tunnel) : string.Create(CultureInfo.InvariantCulture, $"{NameOf(tunnel)}{index + 1}"), LabPlan.AgentAddress(index + 1), cancel);
            }
        }
    }

    private static async Task CreateAsync(LabHost host, int number, CancellationToken cancel)
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
        await host.RunAsync($"ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev -- add-port br0 vm{number}-eth0", cancel);
    }

    private static Task<string> TunnelAsync(LabHost host, TunnelKind tunnel, string port, string remote, CancellationToken cancel)
    {
        var key = tunnel == TunnelKind.Gre ? "" : string.Create(CultureInfo.InvariantCulture, $" options:key={Vni}");
        return host.RunAsync($"ovs-vsctl add-port br0 {port} -- set interface {port} type={NameOf(tunnel)} options:remote_ip={remote}{key}", cancel);
    }

    private static string NameOf(TunnelKind tunnel) => tunnel.ToString().ToLowerInvariant();
}
