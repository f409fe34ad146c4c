using System.Globalization;
using Lab.Hosts;

namespace Lab.Network;

/// <summary>The wire between the hosts: a Linux bridge in a namespace of its own, a veth pair to each host's eth1.</summary>
internal static class Underlay
{
    public static async Task ConnectAsync(LabHost underlay, IReadOnlyList<LabHost> hosts, CancellationToken cancel)
    {
        await underlay.RunAsync("ip link add lab type bridge", cancel);
        await underlay.RunAsync("ip link set lab up", cancel);
        foreach (var host in hosts)
        {
            await Shell.RunAsync("ip", [
                "link", "add", host.Name, "netns", Text(underlay.Pid), "type", "veth",
                "peer", "name", "eth1", "netns", Text(host.Pid)], cancel);
            await underlay.RunAsync($"ip link set {host.Name} master lab up", cancel);
            await host.RunAsync("ip link set eth1 up", cancel);
            // A veth hands packets on with their checksums still to be computed; Open vSwitch's userspace datapath,
            // reading them raw, would send them so.
            await underlay.RunAsync($"ethtool -K {host.Name} tx off", cancel);
            await host.RunAsync("ethtool -K eth1 tx off", cancel);
        }
    }

    private static string Text(int pid) => pid.ToString(CultureInfo.InvariantCulture);
}
