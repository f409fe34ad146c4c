using Lab.Hosts;

namespace Lab.Network;

/// <summary>Open vSwitch on one host, with its userspace datapath, its files in the host's private /run/openvswitch.</summary>
internal static class OpenVSwitch
{
    private const string Run = "/run/openvswitch";
    private const string Schema = "/usr/share/openvswitch/vswitch.ovsschema";

    public static async Task StartAsync(LabHost host, LabFolder folder, CancellationToken cancel)
    {
        if (!File.Exists(Schema))
        {
            throw new LabException($"{Schema} is missing: install openvswitch-switch");
        }

        var logs = folder.Of(host.Name);
        await host.RunAsync($"ovsdb-tool create {Run}/conf.db {Schema}", cancel);
        await host.RunAsync($"ovsdb-server {Run}/conf.db --remote=punix:{Run}/db.sock --pidfile={Run}/ovsdb-server.pid --detach --log-file={logs}/ovsdb-server.log --unixctl={Run}/ovsdb-server.ctl -vconsole:off", cancel);
        await host.RunAsync("ovs-vsctl --no-wait init", cancel);
        await host.RunAsync($"ovs-vswitchd unix:{Run}/db.sock --pidfile={Run}/ovs-vswitchd.pid --detach --log-file={logs}/ovs-vswitchd.log --unixctl={Run}/ovs-vswitchd.ctl -vconsole:off", cancel);
    }

    /// <summary>br-phy takes eth1 and the underlay address, so that the tunnels' routes lead through a bridge of the datapath.</summary>
    public static async Task AttachUnderlayAsync(LabHost host, string address, CancellationToken cancel)
    {
        await host.RunAsync("ovs-vsctl add-br br-phy -- set bridge br-phy datapath_type=netdev -- add-port br-phy eth1", cancel);
        await host.RunAsync($"ip addr add {address}/24 dev br-phy", cancel);
        await host.RunAsync("ip link set br-phy up", cancel);
    }
}
