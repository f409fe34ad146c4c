using System.Globalization;
using EndToEnd.Tests.Running;
using Lab.Hosts;

namespace EndToEnd.Tests.Cluster;

/// <summary>
/// What goes on while something fails: pings from ns1 to ns2 through the tunnel, interfaces that come, change and go on both agents'
/// hosts; and tcpdump beside each capture, which counts the pings whatever the product does.
/// </summary>
internal sealed class SteadyLoad
{
    private static readonly (string Host, string Interface, string Point, string Request, string Reply)[] _places =
    [
        ("agent1", "vm1-eth0", CapturePoint.Br0OfAgent1, Plain(8), Plain(0)),
        ("agent1", "eth1", CapturePoint.Eth1, InGre(8), InGre(0)),
        ("agent2", "vm2-eth0", CapturePoint.Br0OfAgent2, Plain(8), Plain(0)),
    ];

    private static int _ids = 20_000;

    private readonly int _id = Interlocked.Increment(ref _ids);

    private string Marker => string.Create(CultureInfo.InvariantCulture, $"load-{_id}");

    /// <summary>What tcpdump counted at a capture's place.</summary>
    /// <param name="Point">The query for the capture's node.</param>
    /// <param name="Where">What people call it.</param>
    internal sealed record Counted(string Point, string Where, long Requests, long Replies);

    /// <summary>The pings' ICMP id.</summary>
    public int Id => _id;

    public async Task StartAsync()
    {
        foreach (var (host, device, _, _, _) in _places)
        {
            ClusterLab.Lab.Host(host).Start(["tcpdump", "-i", device, "-s", "128", "-B", "16384", "-U", "-w", FileOf(host, device), "icmp or ip proto 47"], Log(host));
        }

        foreach (var host in new[] { "agent1", "agent2" })
        {
            ClusterLab.Lab.Host(host).Start(
                ["sh", "-c", $": {Marker}; i=0; while :; do i=$((i + 1)); ip link add churn type veth peer name churn-peer; ip link set churn mtu $((1300 + i % 100)) up; sleep 0.4; ip link set churn mtu 1450; sleep 0.4; ip link del churn; sleep 0.4; done"],
                Log(host));
        }

        await Task.Delay(TimeSpan.FromSeconds(1));
        ClusterLab.Lab.Host("agent1").Start(["ip", "netns", "exec", "ns1", "ping", "-q", "-i", "0.1", "-e", $"{_id}", "10.0.0.2"], Log("agent1"));
    }

    /// <summary>Ends it, and says what was counted.</summary>
    public async Task<IReadOnlyList<Counted>> StopAsync()
    {
        await EndAsync("agent1", $"ping -q -i 0.1 -e {_id}", 2);
        await Task.Delay(TimeSpan.FromSeconds(2));
        var counted = new List<Counted>();
        foreach (var (host, device, point, request, reply) in _places)
        {
            await EndAsync(host, FileOf(host, device), 2);
            counted.Add(new Counted(point, $"{device}@{host}", await CountAsync(host, device, request), await CountAsync(host, device, reply)));
        }

        foreach (var host in new[] { "agent1", "agent2" })
        {
            await EndAsync(host, Marker, ProcessStat.Kill);
            await ClusterLab.Lab.ShellAsync(host, "ip link del churn 2>/dev/null || true");
        }

        return counted;
    }

    private async Task<long> CountAsync(string host, string device, string filter) => long.Parse(
        (await ClusterLab.Lab.ShellAsync(host, $"tcpdump -r {FileOf(host, device)} -n '{string.Format(CultureInfo.InvariantCulture, filter, _id)}' 2>/dev/null | wc -l")).Trim(), CultureInfo.InvariantCulture);

    private static async Task EndAsync(string host, string commandLine, int signal)
    {
        foreach (var pid in ClusterLab.Lab.Host(host).Processes(commandLine))
        {
            (await ProcessStat.EndAsync(pid, ProcessStat.StartTime(pid), signal, TimeSpan.FromSeconds(10))).ShouldBeTrue($"{commandLine} on {host} goes on");
        }
    }

    private string FileOf(string host, string device) => Path.Combine(RunningLab.Folder, host, $"{device}-{_id}.pcap");

    private string Log(string host) => Path.Combine(RunningLab.Folder, host, $"load-{_id}.log");

    private static string Plain(int type) => $"icmp[0] = {type} and icmp[4:2] = {{0}}";

    // Of the IP packet around: its header 20 bytes, GRE 4, Ethernet 14, the ping's own IP header 20.
    private static string InGre(int type) => $"ip proto 47 and ip[47] = 1 and ip[58] = {type} and ip[62:2] = {{0}}";
}
