using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Agent.Node.Tests;
using Akka.Actor;
using Analyzer.Node.Export;
using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Export;

/// <summary>What the flows entities store comes to receivers, whatever these do.</summary>
public sealed class FlowExporterTests : EntityTest
{
    private static readonly FlowsEntitySettings Settings = new(new FlowLimits(TimeSpan.FromHours(1), 1000), 300, TimeSpan.FromHours(1));

    private readonly UdpClient _receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly IpfixReader _reader = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<int> _asked = [];
    private IActorRef[] _entities = [];
    private IActorRef? _exporter;

    private int Port => ((IPEndPoint)_receiver.Client.LocalEndPoint!).Port;

    protected override void AfterAll()
    {
        base.AfterAll();
        _receiver.Dispose();
    }

    [Fact]
    public async Task A_flow_in_a_tunnel_is_one_record_with_the_tunnel_s_addresses_though_that_s_in_another_partition()
    {
        Start(Udp());
        Tell(1, Inner());
        Tell(0, Outer());
        await UntilRecordsAsync(2);
        var inner = _reader.Records.Single(record => record.Has(2, IpfixValues.Own));
        (inner.Address(8), inner.Address(12), inner.Number(7), inner.Number(11), inner.Number(4)).ShouldBe(("192.168.0.1", "192.168.0.2", 1000UL, 80UL, 6UL));
        (inner.Number(1, IpfixValues.Own), inner.Number(2, IpfixValues.Own), inner.Number(4, IpfixValues.Own)).ShouldBe((0xbUL, 0xaUL, 0xdUL));
        (inner.Address(22, IpfixValues.Own), inner.Address(23, IpfixValues.Own), inner.Number(351), inner.Number(20, IpfixValues.Own), inner.Text(21, IpfixValues.Own))
            .ShouldBe(("10.0.0.1", "10.0.0.2", (1UL << 56) | 77, 77UL, "VXLAN"));
        _reader.Records.Single(record => !record.Has(2, IpfixValues.Own)).Number(7, IpfixValues.Own).ShouldBe(77UL);
    }

    [Fact]
    public async Task A_tunnel_s_flow_stored_before_the_exporter_s_start_is_found()
    {
        Start(null);
        Tell(0, Outer());
        var (_, region) = StartExporter(Udp());
        var entity = Sys.ActorOf(FlowsEntity.Props(1, Settings with { Receiver = new FlowReceiver(region) }));
        entity.Tell(Update(1, Inner()), TestActor);
        await UntilRecordsAsync(1);
        _reader.Records.Single().Address(22, IpfixValues.Own).ShouldBe("10.0.0.1");
    }

    [Fact]
    public async Task A_flow_whose_tunnel_isn_t_known_is_told_without_it_and_counted()
    {
        var export = Start(Udp());
        Tell(1, Inner());
        await UntilRecordsAsync(1);
        _reader.Records.Single().Number(2, IpfixValues.Own).ShouldBe(0xaUL);
        _reader.Records.Single().Has(22, IpfixValues.Own).ShouldBeFalse();
        export!.ParentsUnknown.ShouldBe(1);
    }

    [Fact]
    public async Task All_partitions_are_asked_for_a_tunnel_s_flow_less_and_less_often()
    {
        Start(Udp());
        Tell(1, Inner());
        await UntilRecordsAsync(1);
        // At once, and after 0.5, 1.5 and 3.5 s.
        _asked.Count(partition => partition == 0).ShouldBeInRange(2, 4);
        _asked.Count(partition => partition == 1).ShouldBeInRange(2, 4);
    }

    [Fact]
    public async Task A_receiver_by_UDP_that_vanishes_is_told_of_and_gets_templates_when_it_s_back()
    {
        var port = Port;
        var target = Start(Udp())!.Targets[0];
        Tell(0, Outer(packets: 1));
        await UntilRecordsAsync(1);
        _receiver.Dispose();
        for (var packets = 2; target.Dropped == 0; packets++)
        {
            packets.ShouldBeLessThan(20);
            Tell(0, Outer(packets));
            await Task.Delay(300);
        }

        target.State.ShouldContain("refused", Case.Insensitive);
        using var back = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
        var reader = new IpfixReader();
        Tell(0, Outer(packets: 1000));
        while (reader.Records.Count == 0)
        {
            reader.Read((await back.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(20))).Buffer);
        }

        reader.Templates.ShouldBe(20);
        Tell(0, Outer(packets: 1001));
        await UntilAsync(() => target.State == "sending");
    }

    [Fact]
    public async Task A_burst_doesn_t_overrun_a_receiver_s_socket()
    {
        const int records = 3_000;
        const int rate = 300;
        var target = Start(Udp() with { DatagramRate = rate })!.Targets[0];
        var reading = Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning);
        var started = Stopwatch.GetTimestamp();
        Give(records);
        await UntilAsync(() => target.Sent + target.Dropped == records);
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var received = await reading.WaitAsync(TimeSpan.FromSeconds(20));

        target.Dropped.ShouldBe(0);
        _reader.Records.Count.ShouldBe(records);
        _reader.Sequences.ShouldAllBe(sequence => sequence.Told == sequence.Counted);
        took.ShouldBeGreaterThan(0.9 * received / rate);

        int Read()
        {
            var bytes = new byte[2000];
            var datagrams = 0;
            _receiver.Client.ReceiveTimeout = 5_000;
            for (; _reader.Records.Count < records; datagrams++)
            {
                _reader.Read(bytes.AsSpan(0, _receiver.Client.Receive(bytes)));
            }

            return datagrams;
        }
    }

    [Fact]
    public void A_pace_allows_a_few_at_once_and_no_more_than_its_rate()
    {
        var pace = new DatagramPace(1000);
        int Taken(double milliseconds)
        {
            var taken = 0;
            while (pace.TryTake(TimeSpan.FromMilliseconds(milliseconds)))
            {
                taken++;
            }

            return taken;
        }

        Taken(5_000).ShouldBe(1);
        Taken(5_000.5).ShouldBe(0);
        Taken(5_002).ShouldBe(2);
        // Time that was left unused is no right to a burst.
        Taken(9_000).ShouldBe(4);
        Enumerable.Range(9_001, 1000).Sum(at => Taken(at)).ShouldBe(1000);
    }

    [Fact]
    public async Task Each_update_is_a_record_of_what_it_added_and_nothing_is_told_twice()
    {
        Start(Udp());
        Tell(0, Outer(packets: 3));
        Tell(0, Outer(packets: 3));
        Tell(0, Outer(packets: 10));
        Tell(0, Outer(packets: 11, FinishType.TcpFin));
        await UntilRecordsAsync(3);
        _reader.Records.Select(record => (record.Number(2), record.Number(136))).ShouldBe([(3UL, 2UL), (7UL, 2UL), (1UL, 3UL)]);
        _reader.Sequences.ShouldAllBe(sequence => sequence.Told == sequence.Counted);
        _reader.Domain.ShouldBe(5u);
    }

    [Fact]
    public async Task Ended_flows_alone_are_one_record_each()
    {
        Start(Udp() with { EndedOnly = true });
        Tell(0, Outer(packets: 3));
        Tell(0, Outer(packets: 10));
        Tell(0, Outer(packets: 11, FinishType.Timeout));
        await UntilRecordsAsync(1);
        _reader.Records.Select(record => (record.Number(2), record.Number(136), record.Number(152))).ShouldBe([(11UL, 1UL, 5_000UL)]);
    }

    [Fact]
    public async Task What_a_slow_target_wasn_t_told_is_added_to_the_flow_s_next_record_and_others_don_t_wait()
    {
        using var slow = new TcpListener(IPAddress.Loopback, 0);
        slow.Start();
        var slowPort = ((IPEndPoint)slow.LocalEndpoint).Port;
        var options = Udp() with { Queue = 64 << 10, Targets = [new(false, "127.0.0.1", Port), new(true, "127.0.0.1", slowPort), new(true, "127.0.0.1", 1)] };
        var export = Start(options)!;
        using var connection = await slow.AcceptTcpClientAsync();
        connection.ReceiveBufferSize = 4096;
        long packets = 0;
        while (export.Targets[1].Dropped == 0)
        {
            Give(2000);
            packets += 2000;
            await Task.Delay(100);
        }

        await UntilAsync(() => export.Targets[2].State.Contains("refused", StringComparison.OrdinalIgnoreCase));
        export.Targets[0].Sent.ShouldBeGreaterThan(0);
        var reader = new IpfixReader();
        var whole = packets + 1;
        var reading = ReadStreamAsync(connection, reader, all => all.Records.Sum(record => (long)record.Number(2)) >= whole);
        await UntilAsync(() => export.Targets[1].Queue.Count == 0);
        Give(1);
        await reading.WaitAsync(TimeSpan.FromSeconds(60));
        reader.Records.Sum(record => (long)record.Number(2)).ShouldBe(whole);
        reader.Sequences.ShouldAllBe(sequence => sequence.Told == sequence.Counted);
        export.Targets[1].Owed.ShouldBe(0);
    }

    [Fact]
    public async Task A_target_that_comes_back_gets_templates_and_counts_from_0()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var export = Start(Udp() with { Targets = [new(true, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port)] });
        for (var session = 1; session <= 2; session++)
        {
            using var connection = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60));
            var reader = new IpfixReader();
            Tell(0, Outer(packets: 3 * session));
            await ReadStreamAsync(connection, reader, all => all.Records.Count == 1).WaitAsync(TimeSpan.FromSeconds(60));
            reader.Templates.ShouldBe(20);
            reader.Sequences.ShouldAllBe(sequence => sequence.Told == sequence.Counted);
        }

        export!.Targets[0].Sent.ShouldBe(2);
    }

    [RequiresFact("nfcapd", "nfdump")]
    public async Task Nfcapd_and_nfdump_read_what_is_sent()
    {
        var folder = Directory.CreateTempSubdirectory("nfcapd-");
        var port = Port;
        _receiver.Dispose();
        using var collector = Process.Start(new ProcessStartInfo("nfcapd", ["-w", folder.FullName, "-b", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-t", "60"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            await UntilAsync(() => IPGlobalProperties().Contains(port));
            var export = Start(Udp(port))!;
            Tell(0, Outer());
            Tell(1, Inner());
            Tell(1, Ping());
            await UntilAsync(() => export.Targets[0].Sent == 3);
            await Task.Delay(1000);
            Process.Start("kill", ["-TERM", collector.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
            await collector.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            var lines = OutputOf("nfdump", "-q", "-R", folder.FullName, "-o", "fmt:%pr;%sap;%dap;%pkt;%byt;%opkt;%obyt;%ismc;%odmc;%svln;%ts;%te")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(';', line.Split(';').Select(part => part.Trim()))).ToList();
            lines.Count.ShouldBe(3, string.Join('\n', lines));
            lines.ShouldContain(line => line.StartsWith("TCP;192.168.0.1:1000;192.168.0.2:80;3;300;2;200;", StringComparison.Ordinal), string.Join('\n', lines));
            lines.ShouldContain(line => line.StartsWith("UDP;10.0.0.1:5000;10.0.0.2:4789;3;900;0;0;", StringComparison.Ordinal), string.Join('\n', lines));
            lines.ShouldContain(line => line.StartsWith("ICMP6;fd00::1", StringComparison.Ordinal) || line.StartsWith("ICMP6;fd00::1.", StringComparison.Ordinal), string.Join('\n', lines));
        }
        finally
        {
            if (!collector.HasExited)
            {
                collector.Kill();
            }

            folder.Delete(recursive: true);
        }
    }

    [RequiresTheory("tshark", "root")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tshark_reads_what_is_sent(bool isTcp)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = isTcp ? ((IPEndPoint)listener.LocalEndpoint).Port : Port;
        var kind = isTcp ? "tcp" : "udp";
        using var shark = Process.Start(new ProcessStartInfo(
            "tshark",
            ["-i", "lo", "-f", $"{kind} port {port}", "-d", $"{kind}.port=={port},cflow", "-a", "duration:6", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,",
                "-e", "cflow.srcaddr", "-e", "cflow.dstaddr", "-e", "cflow.srcport", "-e", "cflow.dstport", "-e", "cflow.protocol", "-e", "cflow.packets", "-e", "cflow.octets",
                "-e", "cflow.appl_name", "-e", "cflow.layer2_segment_id", "-e", "cflow.sequence", "-e", "_ws.malformed", "-e", "cflow.template_id"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (await shark.StandardError.ReadLineAsync() is { } line && !line.Contains("Capturing on", StringComparison.Ordinal))
        {
        }

        await Task.Delay(1000);
        var export = Start(Udp() with { Targets = [new(isTcp, "127.0.0.1", port)] })!;
        using var connection = isTcp ? await listener.AcceptTcpClientAsync() : null;
        Tell(0, Outer());
        await UntilAsync(() => export.Targets[0].Sent == 1);
        Tell(1, Inner());
        await UntilAsync(() => export.Targets[0].Sent == 2);
        var output = await shark.StandardOutput.ReadToEndAsync();
        var records = output.Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length > 10 && fields[0].Length > 0).ToList();
        records.Count.ShouldBe(2, output);
        records[0][..5].ShouldBe(["10.0.0.1", "10.0.0.2", "5000", "4789", "17"], output);
        (records[0][5].Split(',')[0], records[0][6].Split(',')[0]).ShouldBe(("3", "900"), output);
        records[1][..5].ShouldBe(["192.168.0.1", "192.168.0.2", "1000", "80", "6"], output);
        (records[1][5].Split(',')[0], records[1][6].Split(',')[0], records[1][7]).ShouldBe(("3", "300", "HTTP"), output);
        records[1][9].ShouldBe("1", output);
        output.Split('\n').ShouldAllBe(line => line.Split('\t').Length < 11 || line.Split('\t')[10].Length == 0, output);
    }

    private static string OutputOf(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static List<int> IPGlobalProperties() =>
        [.. System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Select(end => end.Port)];

    private static Flow Outer(long packets = 3, FinishType finish = FinishType.NotFinished) => new()
    {
        Uuid = "a",
        L3TrackingId = "1",
        TrackingId = "2",
        LayersPath = "Ethernet/IPv4/UDP/VXLAN",
        Application = "VXLAN",
        Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:03", B = "02:00:00:00:00:04" },
        Network = new FlowLayer { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2", Id = 77 },
        Transport = new TransportLayer { Protocol = "UDP", A = 5000, B = 4789 },
        Metric = new FlowMetric { AbPackets = packets, AbBytes = 300 * packets },
        Start = 5_000,
        Last = 10_000 + packets,
        FinishType = finish,
    };

    private static Flow Inner() => IpfixTests.Inner();

    private static Flow Ping() => new()
    {
        Uuid = "e",
        L3TrackingId = "3",
        TrackingId = "4",
        LayersPath = "Ethernet/IPv6/ICMPv6",
        Application = "ICMPv6",
        Network = new FlowLayer { Protocol = "IPV6", A = "fd00::1", B = "fd00::2" },
        Icmp = new IcmpLayer { Type = "ECHO", Id = 9 },
        Metric = new FlowMetric { AbPackets = 1, AbBytes = 100, BaPackets = 1, BaBytes = 100 },
        Start = 5_000,
        Last = 10_000,
    };

    private static UpdateFlows Update(int partition, Flow flow)
    {
        var update = TestFlows.Update(flow);
        update.Partition = partition;
        return update;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(20);
        }
    }

    private static async Task ReadStreamAsync(TcpClient connection, IpfixReader reader, Func<IpfixReader, bool> isEnough)
    {
        var stream = connection.GetStream();
        var message = new byte[1 << 16];
        while (!isEnough(reader))
        {
            await stream.ReadExactlyAsync(message.AsMemory(0, 4));
            var length = (message[2] << 8) | message[3];
            await stream.ReadExactlyAsync(message.AsMemory(4, length - 4));
            reader.Read(message.AsSpan(0, length));
        }
    }

    private IpfixOptions Udp(int? port = null) => new() { Targets = [new(false, "127.0.0.1", port ?? Port)], ObservationDomain = 5 };

    private FlowExport? Start(IpfixOptions? options)
    {
        (FlowExport? export, IActorRef? exporter) = options is null ? (null, null) : StartExporter(options);
        var settings = exporter is null ? Settings : Settings with { Receiver = new FlowReceiver(exporter) };
        _entities = [Sys.ActorOf(FlowsEntity.Props(0, settings)), Sys.ActorOf(FlowsEntity.Props(1, settings))];
        return export;
    }

    private (FlowExport Export, IActorRef Exporter) StartExporter(IpfixOptions options)
    {
        var export = new FlowExport(options);
        var region = Sys.ActorOf(Props.Create(() => new Region(() => _entities, _asked)));
        _exporter = Sys.ActorOf(FlowExporter.Props(export, () => region, 2));
        return (export, _exporter);
    }

    private void Tell(int partition, Flow flow)
    {
        _entities[partition].Tell(Update(partition, flow), TestActor);
        ExpectMsg<FlowsStored>();
    }

    /// <summary>Updates of one flow, a packet each.</summary>
    private void Give(int count)
    {
        var rows = TestFlows.Rows([.. Enumerable.Repeat(Outer(), count)]);
        new FlowReceiver(_exporter!).Give(new StoredFlows(rows, [.. Enumerable.Repeat(new StoredFlow(new(1, 100, 0, 0, 5_000), FlowChange.Update), count)]));
    }

    private async Task UntilRecordsAsync(int count)
    {
        await UntilAsync(() =>
        {
            ReadAsync().GetAwaiter().GetResult();
            return _reader.Records.Count >= count;
        });
        // Nothing more comes.
        await Task.Delay(600);
        await ReadAsync();
        _reader.Records.Count.ShouldBe(count);
    }

    private async Task ReadAsync()
    {
        while (_receiver.Available > 0)
        {
            var datagram = await _receiver.ReceiveAsync();
            datagram.Buffer.Length.ShouldBeLessThanOrEqualTo(1400);
            _reader.Read(datagram.Buffer);
        }
    }

    private sealed class Region : ReceiveActor
    {
        public Region(Func<IActorRef[]> entities, System.Collections.Concurrent.ConcurrentQueue<int> asked)
        {
            Receive<QueryFlows>(query =>
            {
                asked.Enqueue(query.Partition);
                entities()[query.Partition].Forward(query);
            });
            Receive<TakeFlows>(take => entities()[take.Partition].Forward(take));
        }
    }
}
