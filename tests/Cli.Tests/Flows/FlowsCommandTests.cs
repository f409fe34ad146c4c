using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Tests;
using Agent.Node.Tests.Capture;
using Cli.Flows;
using PacketDotNet;
using Topology.Fabric.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Cli.Tests.Flows;

public sealed class FlowsCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flows-");
    private readonly string _file;
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();
    private readonly Interruption _interruption = new();

    public FlowsCommandTests()
    {
        _file = PathOf("tunnel.pcap");
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(Tunnel(77, Tcp(1000, 80)), 3));
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _interruption.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void A_table_has_inner_flows_below_their_tunnel_and_sums_of_the_outer_ones()
    {
        Run("table").ShouldBe(0);
        var lines = Lines();
        lines.Length.ShouldBe(4);
        lines[0].ShouldStartWith("LAYERS ");
        lines[1].ShouldStartWith("Ethernet/IPv4/UDP/VXLAN  10.0.0.1 ");
        lines[0].ShouldContain(" ABOUT ");
        lines[1].ShouldContain(" VNI 77 ");
        lines[2].ShouldStartWith("└─ Ethernet/IPv4/TCP     192.168.0.1:1000  192.168.0.2:80");
        lines[3].ShouldStartWith("2 flows (1 in tunnels), 3 packets, ");
        _error.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    public void A_table_fits_the_terminal(int width)
    {
        Run(new FlowsRequest { Files = [_file], Width = width }).ShouldBe(0);
        var lines = Lines();
        lines.ShouldAllBe(line => line.Length <= width);
        lines[2].ShouldStartWith("└─ ");
        lines[2].ShouldContain("TCP");
    }

    [Fact]
    public void The_README_shows_what_is_printed()
    {
        var capture = Captures.File("vxlan-in-vxlan.pcap");
        Run(new FlowsRequest { Files = [capture], Width = 100 }).ShouldBe(0);
        var readme = File.ReadAllText(Path.Combine(Captures.RepositoryRoot, "README.md"));
        readme.ShouldContain("```\n" + Encoding.UTF8.GetString(_output.ToArray()) + "```\n");
    }

    [Fact]
    public void JSON_is_a_flow_per_line_with_the_fields_queries_know()
    {
        Run("json").ShouldBe(0);
        var flows = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        flows.Count.ShouldBe(2);
        flows.SelectMany(flow => flow.EnumerateObject()).ShouldAllBe(field => FlowView.IsKnown(field.Name));
        var tunnel = flows.Single(flow => flow.GetProperty("ParentUUID").GetString() == "");
        tunnel.GetProperty("Network").GetProperty("ID").GetInt64().ShouldBe(77);
        var inner = flows.Single(flow => flow.GetProperty("ParentUUID").GetString() != "");
        inner.GetProperty("ParentUUID").GetString().ShouldBe(tunnel.GetProperty("UUID").GetString());
        inner.GetProperty("Metric").GetProperty("ABPackets").GetInt64().ShouldBe(3);
    }

    [Fact]
    public void CSV_has_the_same_values_as_JSON_under_the_same_names()
    {
        Run("json").ShouldBe(0);
        var flows = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Run("csv").ShouldBe(0);
        var lines = Lines();
        lines.Length.ShouldBe(3);
        var header = lines[0].Split(',');
        for (var row = 0; row < flows.Count; row++)
        {
            var values = lines[row + 1].Split(',');
            values.Length.ShouldBe(header.Length);
            for (var column = 0; column < header.Length; column++)
            {
                values[column].ShouldBe(ValueOf(flows[row], header[column]), header[column]);
            }
        }
    }

    [Fact]
    public void CSV_quotes_what_would_break_a_line()
    {
        var strange = PathOf("a \"b\", c.pcap");
        File.Copy(_file, strange);
        Run(new FlowsRequest { Files = [strange], Output = "csv" }).ShouldBe(0);
        Lines()[1].ShouldEndWith(",\"" + strange.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"");
    }

    [Fact]
    public void None_only_counts()
    {
        Run("none").ShouldBe(0);
        _output.Length.ShouldBe(0);
        _error.ToString().ShouldStartWith("3 packets, 2 flows in");
    }

    [Theory]
    [InlineData("Has('Application', 'VXLAN')", "Ethernet/IPv4/UDP/VXLAN")]
    [InlineData("Has('Network', '192.168.0.2')", "Ethernet/IPv4/TCP")]
    [InlineData("G.Flows().HasNot('Transport').Count()", "0")]
    [InlineData("Values('LayersPath').Dedup().Limit(1)", "Ethernet/IPv4/UDP/VXLAN")]
    [InlineData("Sort(DESC, 'Network.A').Limit(1)", "Ethernet/IPv4/TCP")]
    [InlineData("Sort('Network.A').Limit(1)", "Ethernet/IPv4/UDP/VXLAN")]
    [InlineData("Flows('Metric.ABPackets', Gt(3)).Count()", "0")]
    public void A_filter_selects_and_orders_flows(string filter, string found)
    {
        Run(new FlowsRequest { Files = [_file], Filter = FlowsCommand.ReadQuery(filter.StartsWith("Flows", StringComparison.Ordinal) ? "G." + filter : filter) }).ShouldBe(0);
        var lines = Lines();
        (lines.Length > 1 ? lines[1] : lines[0]).Split(' ')[0].ShouldBe(found);
        lines.Length.ShouldBeOneOf(1, 3);
    }

    [Theory]
    [InlineData("Has('Colour', 'red')", "--filter: column 5: a flow has no field 'Colour'")]
    [InlineData("Has('Application', 'DNS'", "--filter: column 25: the '(' of column 4 has no ')'")]
    [InlineData("Nodes()", "--filter: column 1: Nodes asks for nodes")]
    [InlineData("RawPackets()", "--filter: column 1: RawPackets asks for ")]
    [InlineData("G.V()", "--filter: column 3: ")]
    [InlineData("udp port 53", "--bpf 'udp port 53'")]
    public void A_wrong_filter_is_told_with_its_column(string filter, string message) =>
        Should.Throw<FormatException>(() => FlowsCommand.ReadQuery(filter)).Message.ShouldContain(message);

    [Fact]
    public void A_packet_filter_leaves_packets_out_and_a_wrong_one_is_refused()
    {
        Run(new FlowsRequest { Files = [_file], PacketFilter = "tcp" }).ShouldBe(0);
        _error.ToString().ShouldContain("no packet matches --bpf");
        Run(new FlowsRequest { Files = [_file], PacketFilter = "no such filter" }).ShouldBe(2);
        _error.ToString().ShouldContain("no such filter");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task A_compressed_file_is_read_as_it_is_and_through_a_pipe(string format)
    {
        var compressed = PathOf("capture." + format);
        using (var stream = Compressing(format, File.Create(compressed)))
        {
            stream.Write(File.ReadAllBytes(_file));
        }

        Run(new FlowsRequest { Files = [compressed], Output = "none" }).ShouldBe(0);
        _error.ToString().ShouldStartWith("3 packets, 2 flows in");
        _error.GetStringBuilder().Clear();
        await RunPiped(compressed);
        _error.ToString().ShouldStartWith("3 packets, 2 flows in");
        // Somewhere in the second half of what it was made of.
        using (var file = new FileStream(compressed, FileMode.Open))
        {
            file.SetLength(file.Length * 3 / 4);
        }

        _error.GetStringBuilder().Clear();
        Run(new FlowsRequest { Files = [compressed], Output = "none" }).ShouldBe(1);
        _error.ToString().ShouldStartWith(compressed + ": ");
        _error.ToString().ShouldContain(" packets)");
    }

    [Fact]
    public void Hosts_have_the_names_a_capture_gives_them_when_they_are_asked_for()
    {
        var craft = new CaptureCraft(isBigEndian: false).Section().Interface().Name([192, 168, 0, 1], "client.example");
        File.WriteAllBytes(_file, craft.Enhanced(0, 1, Tunnel(77, Tcp(1000, 80))).Bytes);
        Run(new FlowsRequest { Files = [_file], Names = true }).ShouldBe(0);
        Lines()[2].ShouldStartWith("└─ Ethernet/IPv4/TCP     client.example:1000  192.168.0.2:80");
        Run("table").ShouldBe(0);
        Lines()[2].ShouldStartWith("└─ Ethernet/IPv4/TCP     192.168.0.1:1000  192.168.0.2:80");
    }

    [Fact]
    public void Packets_of_an_interface_that_is_not_decoded_are_counted_and_the_rest_is_printed()
    {
        var craft = new CaptureCraft(isBigEndian: true).Section().Interface(189).Interface();
        File.WriteAllBytes(_file, craft.Enhanced(0, 1, new byte[64]).Enhanced(1, 2, Tunnel(77, Tcp(1000, 80))).Enhanced(0, 3, new byte[64]).Bytes);
        Run("table").ShouldBe(0);
        _error.ToString().ShouldStartWith($"{_file}: 2 packets left out: link type 189 ");
        Lines()[^1].ShouldStartWith("2 flows (1 in tunnels), 1 packet, ");
        File.WriteAllBytes(_file, new CaptureCraft(isBigEndian: true).Section().Interface(189).Enhanced(0, 1, new byte[64]).Bytes);
        Run("table").ShouldBe(1);
        _error.ToString().ShouldContain($"{_file}: link type 189 ");
    }

    [Fact]
    public void A_gzipped_file_that_is_cut_off_gives_the_flows_so_far_and_an_error()
    {
        var noise = new byte[900];
        new Random(1).NextBytes(noise);
        Write(_file, LinkLayers.Ethernet, Enumerable.Range(0, 100).Select(port => Ethernet(0x0800, Ipv4(17, Udp(port, 9, noise)))));
        var zipped = Zipped(File.ReadAllBytes(_file));
        using (var file = new FileStream(zipped, FileMode.Open))
        {
            file.SetLength(file.Length * 9 / 10);
        }

        Run(new FlowsRequest { Files = [zipped] }).ShouldBe(1);
        _error.ToString().ShouldStartWith(zipped + ": ");
        _error.ToString().ShouldNotContain("/proc/");
        Lines().Length.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void A_file_that_is_cut_off_gives_the_flows_so_far_and_an_error()
    {
        using (var file = new FileStream(_file, FileMode.Open))
        {
            file.SetLength(file.Length - 5);
        }

        Run("table").ShouldBe(1);
        _error.ToString().ShouldContain(_file);
        _error.ToString().ShouldContain("after 2 packets");
        Lines()[^1].ShouldContain("2 packets");
    }

    [Theory]
    [InlineData("missing.pcap", null, "there is no such file")]
    [InlineData(".", null, "is a directory")]
    [InlineData("empty.pcap", "", "is empty")]
    [InlineData("x.zst", "28b52ffd0458", "after 0 packets")]
    [InlineData("x.lz4", "04224d1860", "after 0 packets")]
    [InlineData("x.gz", "1f8b0800000000000003ffff", "after 0 packets")]
    [InlineData("x.xz", "fd377a585a0000", "xz -dc")]
    [InlineData("x.bz2", "425a6839314159", "bzip2 -dc")]
    [InlineData("text.pcap", "68656c6c6f2c20776f726c6421212121212121212121212121212121", "unknown file format")]
    public void What_cannot_be_read_is_named(string name, string? content, string message)
    {
        var path = PathOf(name);
        if (content is not null)
        {
            File.WriteAllBytes(path, Convert.FromHexString(content));
        }

        Run(new FlowsRequest { Files = [path] }).ShouldBe(1);
        _error.ToString().ShouldStartWith(path + ": ");
        _error.ToString().ShouldContain(message);
        _output.Length.ShouldBe(0);
    }

    [Fact]
    public void A_file_without_packets_says_so()
    {
        Write(_file, LinkLayers.Ethernet, []);
        Run("table").ShouldBe(0);
        _error.ToString().Trim().ShouldBe(_file + ": there are no packets in it");
    }

    [Fact]
    public void Flows_that_had_to_leave_early_are_counted()
    {
        Write(_file, LinkLayers.Ethernet, Enumerable.Range(1, 5).Select(port => Ethernet(0x0800, Ipv4(17, Udp(port, 9, [])))));
        Run(new FlowsRequest { Files = [_file], Options = new FlowOptions { MaxEntries = 2, ReportUpdates = false } }).ShouldBe(0);
        _error.ToString().ShouldStartWith("3 flows left early: there were more than 2 at once");
        Lines().Length.ShouldBe(7);
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        await RunPiped(_file);
        _error.ToString().ShouldStartWith("3 packets, 2 flows in");
    }

    private async Task RunPiped(string file)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        // Its reading end is taken along when it's disposed, unless somebody has asked for it.
        using var end = pipe.ClientSafePipeHandle;
        var writing = Task.Run(() =>
        {
            pipe.Write(File.ReadAllBytes(file));
            pipe.Dispose();
        });
        Run(new FlowsRequest { Files = [$"/proc/self/fd/{end.DangerousGetHandle()}"], Output = "none" }).ShouldBe(0);
        await writing;
    }

    [Fact]
    public void A_signal_ends_the_wait_for_a_silent_pipe_and_prints_the_flows_so_far()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.Write(File.ReadAllBytes(_file));
        var accepted = false;
        using var terminal = new Watched(line => line.Contains(" 3 packets", StringComparison.Ordinal), () => accepted = _interruption.Request(130));
        using (var progress = new Progress(terminal, () => 200))
        {
            Run(new FlowsRequest { Files = [$"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}"] }, progress).ShouldBe(130);
        }

        accepted.ShouldBeTrue();
        var lines = Lines();
        lines.Length.ShouldBe(4);
        lines[2].ShouldStartWith("└─ Ethernet/IPv4/TCP     192.168.0.1:1000  192.168.0.2:80");
        lines[3].ShouldStartWith("2 flows (1 in tunnels), 3 packets, ");
        _error.ToString().ShouldBeEmpty();
        _interruption.Request(130).ShouldBeFalse();
    }

    [Fact]
    public void Files_that_follow_on_each_other_are_one_capture_whatever_their_order()
    {
        var (first, second) = (PathOf("b.pcap"), PathOf("a.pcap"));
        var packet = Ethernet(0x0800, Ipv4(6, Tcp(1000, 80)));
        Write(first, LinkLayers.Ethernet, [packet, packet], second: 1_000);
        Write(second, LinkLayers.Ethernet, [packet], second: 1_010);
        Run(new FlowsRequest { Files = [second, first], Output = "json" }).ShouldBe(0);
        var flow = JsonDocument.Parse(Lines().ShouldHaveSingleItem()).RootElement;
        flow.GetProperty("Metric").GetProperty("ABPackets").GetInt64().ShouldBe(3);
        flow.GetProperty("CaptureID").GetString().ShouldBe(first);
    }

    [Fact]
    public void Files_of_the_same_time_are_captures_of_their_own_that_saw_the_same_packets()
    {
        var (here, there) = (PathOf("eth1.pcap"), PathOf("br0.pcap"));
        var packet = Ethernet(0x0800, Ipv4(6, Tcp(1000, 80)));
        Write(here, LinkLayers.Ethernet, [packet, packet]);
        Write(there, LinkLayers.Ethernet, [packet, packet]);
        Run(new FlowsRequest { Files = [here, there], Output = "json" }).ShouldBe(0);
        var flows = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        flows.Select(flow => flow.GetProperty("CaptureID").GetString()).ShouldBe([here, there]);
        flows.Select(flow => flow.GetProperty("UUID").GetString()).Distinct().Count().ShouldBe(2);
        flows.Select(flow => flow.GetProperty("TrackingID").GetString()).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    public void Times_have_units(string text, double seconds) => FlowsCommand.ReadDuration(text).TotalSeconds.ShouldBe(seconds);

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5x")]
    [InlineData("0s")]
    [InlineData("999999999d")]
    public void What_is_no_time_is_refused(string text) => Should.Throw<FormatException>(() => FlowsCommand.ReadDuration(text)).Message.ShouldContain($"'{text}'");

    [Theory]
    [InlineData("vxlan=70000", "--tunnel-port vxlan=70000: should be")]
    [InlineData("stt=7471", "--tunnel-port stt=7471: should be")]
    [InlineData("4789", "--tunnel-port 4789: should be")]
    public void A_tunnel_port_that_can_not_be_is_named(string port, string error) =>
        FlowsCommand.Create().Parse(["-", "--tunnel-port", port]).Errors.ShouldHaveSingleItem().Message.ShouldStartWith(error);

    [Fact]
    public void A_port_of_two_tunnels_is_named() =>
        FlowsCommand.Create().Parse(["-", "--tunnel-port", "vxlan=5", "--tunnel-port", "gtp=5"]).Errors.ShouldHaveSingleItem().Message.ShouldBe("--tunnel-port gtp=5: 5 is given to VXLAN already");

    [Fact]
    public void Tunnel_ports_are_added_to_the_usual_ones()
    {
        var option = TunnelPortOption.Create();
        var command = new System.CommandLine.RootCommand { option };
        var ports = command.Parse(["--tunnel-port", "vxlan=4790", "--tunnel-port", "GENEVE=5"]).GetRequiredValue(option);
        (ports[4790], ports[5], ports[4789], ports[6081]).ShouldBe((LayerType.Vxlan, LayerType.Geneve, LayerType.Vxlan, LayerType.Geneve));
        command.Parse([]).GetValue(option).ShouldBeSameAs(TunnelPorts.Default);
    }

    private static byte[] Tunnel(uint vni, byte[] payload) =>
        Ethernet(0x0800, Ipv4(17, Udp(5000, 4789, Vxlan(vni, Ethernet(0x0800, Ipv4(6, payload, "192.168.0.1", "192.168.0.2"))))));

    private static string ValueOf(JsonElement flow, string key)
    {
        foreach (var name in key.Split('.'))
        {
            if (!flow.TryGetProperty(name, out flow))
            {
                return "";
            }
        }
        return flow.ToString();
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private static Stream Compressing(string format, Stream stream) => format switch
    {
        "gzip" => new GZipStream(stream, CompressionLevel.Fastest),
        "zstd" => new ZstdSharp.CompressionStream(stream, leaveOpen: false),
        _ => K4os.Compression.LZ4.Streams.LZ4Stream.Encode(stream),
    };

    private string Zipped(byte[] content)
    {
        var path = PathOf("capture.pcap.gz");
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        zip.Write(content);
        return path;
    }

    private int Run(string output) => Run(new FlowsRequest { Files = [_file], Output = output });

    private int Run(FlowsRequest request, Progress? progress = null)
    {
        _output.SetLength(0);
        return FlowsCommand.Run(request, _output, _error, _interruption, progress);
    }

    private string[] Lines() => Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A terminal that does something once it shows a certain line.</summary>
    private sealed class Watched(Predicate<string> condition, Action action) : StringWriter
    {
        private bool _done;

        public override void Write(string? value)
        {
            if (_done || value is null || !condition(value))
            {
                return;
            }

            _done = true;
            action();
        }
    }
}
