using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.Node.Capture.NetFlow;
using Agent.Node.Flows;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture.NetFlow;

/// <summary>What softflowd makes of a capture file, against what we make of the same file.</summary>
public sealed class ExporterTests : IDisposable
{
    private const int EthernetHeader = 14;
    private readonly string _folder = Directory.CreateTempSubdirectory("netflow-").FullName;

    [RequiresTheory("softflowd")]
    [InlineData("5", false)]
    [InlineData("9", true)]
    [InlineData("10", true)]
    [InlineData("10 -b", true)]
    public async Task Flows_are_those_of_the_packets_the_exporter_saw(string version, bool withIpv6)
    {
        var file = Path.Combine(_folder, "exported.pcap");
        Write(file, LinkLayers.Ethernet, Packets(withIpv6));
        var expected = Captures.FlowsOf(file).Select(flow => Compared(flow, EthernetHeader)).Order().ToList();
        var received = await Export(file, version.Split(' '));
        received.Select(flow => Compared(flow, 0)).Order().ShouldBe(expected);
        received.Sum(flow => flow.Metric.AbPackets + flow.Metric.BaPackets).ShouldBe(Packets(withIpv6).Count());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Connections with answers, one from the higher address to the lower, a flow without an answer.</summary>
    private static IEnumerable<byte[]> Packets(bool withIpv6)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var client = 1; client <= 20; client++)
            {
                var flags = (byte)(round == 0 ? 0x02 : round == 2 ? 0x11 : 0x10);
                yield return Ethernet(0x0800, Ipv4(6, Tcp(1000 + client, 80, flags, data: client), $"10.1.0.{client}", "10.0.0.80"));
                yield return Ethernet(0x0800, Ipv4(6, Tcp(80, 1000 + client, flags, data: 500), "10.0.0.80", $"10.1.0.{client}"), MacB, MacA);
                yield return Ethernet(0x0800, Ipv4(17, Udp(2000 + client, 53, new byte[client]), $"10.0.0.{client}", "10.0.1.53"));
            }
            if (!withIpv6)
            {
                continue;
            }

            yield return Ethernet(0x86dd, Ipv6(6, Tcp(3000, 443, data: 10)));
            yield return Ethernet(0x86dd, Ipv6(6, Tcp(443, 3000, data: 100), "fd00::2", "fd00::1"), MacB, MacA);
        }
    }

    /// <summary>
    /// Bytes are counted from the IP header on by exporters. softflowd gives both directions the same times: who began can't be
    /// told from its records, so the lower end stands first here.
    /// </summary>
    private static string Compared(Flow flow, int linkHeader)
    {
        var metric = flow.Metric;
        var path = flow.LayersPath.Replace("Ethernet/", "", StringComparison.Ordinal);
        string[] ends =
        [
            $"{flow.Network.A}:{flow.Transport.A} sent {metric.AbPackets} / {metric.AbBytes - (linkHeader * metric.AbPackets)}",
            $"{flow.Network.B}:{flow.Transport.B} sent {metric.BaPackets} / {metric.BaBytes - (linkHeader * metric.BaPackets)}",
        ];
        return $"{path} {string.Join(", ", ends.Order(StringComparer.Ordinal))}, {metric.Last - metric.Start} ms, L3 {flow.L3TrackingId}";
    }

    private async Task<List<Flow>> Export(string file, string[] version)
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        receiver.Client.ReceiveBufferSize = 1 << 20;
        var port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        var start = new ProcessStartInfo("softflowd", ["-r", file, "-n", $"127.0.0.1:{port}", "-v", .. version, "-d", "-D", "-6", "-p", Path.Combine(_folder, "pid"), "-c", "none"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
        using var softflowd = Process.Start(start)!;
        var said = softflowd.StandardError.ReadToEndAsync();
        _ = softflowd.StandardOutput.ReadToEndAsync();
        await softflowd.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        softflowd.ExitCode.ShouldBe(0, await said);

        var flows = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, flows);
        var collector = new NetFlowCollector(engine);
        while (receiver.Available > 0)
        {
            var datagram = await receiver.ReceiveAsync();
            collector.Read(datagram.Buffer, datagram.RemoteEndPoint.Serialize(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000);
        }
        (collector.Lost, collector.UnknownTemplates, collector.Broken).ShouldBe((0, 0, 0));
        engine.End();
        return flows.Flows;
    }
}
