using Shared.Messages.Configuration;

namespace Shared.Messages.Tests.Configuration;

public class SkydiveConfigTests
{
    [Fact]
    public void The_defaults_are_valid()
    {
        var config = SkydiveConfig.Load();
        config.UnknownKeys.ShouldBeEmpty();
        config.HostId.ShouldBe(Environment.MachineName);
        config.Agent.Analyzers.ShouldBe(["127.0.0.1:9111"]);
        config.Agent.Topology.Probes.ShouldBe(["netlink", "netns", "ovsdb"]);
        config.Agent.Capture.HeaderSize.ShouldBe(256);
        config.Agent.Capture.BufferSize.ShouldBe(16 << 20);
        config.Agent.RejoinAfter.ShouldBe(TimeSpan.FromSeconds(5));
        config.Flow.ExpireAfter.ShouldBe(TimeSpan.FromMinutes(10));
        config.Flow.UpdateEvery.ShouldBe(TimeSpan.FromSeconds(5));
        config.Flow.TunnelPorts.Vxlan.ShouldBe([4789, 8472]);
        config.Flow.TunnelPorts.Mpls.ShouldBe([6635, 51234]);
        config.Flow.Nvgre.ShouldBeFalse();
        config.Analyzer.Http.Port.ShouldBe(8082);
        config.Analyzer.Console.ShouldBe(new EndpointOptions("127.0.0.1", 9110));
        config.Analyzer.Seeds.ShouldBe(["127.0.0.1:9111"]);
        config.Analyzer.Storage.Provider.ShouldBe(StorageProvider.Sqlite);
        config.Analyzer.Storage.ConnectionString.ShouldBe("Data Source=skydive.db");
        config.Analyzer.Storage.FlowsConnectionString.ShouldBe("Data Source=skydive-flows.db");
        config.Analyzer.Storage.TopologyRetention.ShouldBe(new RetentionOptions(TimeSpan.FromDays(365), 10L << 30));
        config.Analyzer.Storage.FlowsRetention.ShouldBe(new RetentionOptions(TimeSpan.FromDays(30), 50L << 30));
        config.Analyzer.FlowPartitions.ShouldBe(16);
        config.Analyzer.Fabric.ShouldBeEmpty();
        config.Log.ShouldBe(new LogOptions("info", Json: false));
    }

    [Fact]
    public void Values_of_the_file_win_over_defaults_and_overrides_over_the_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "skydive { insecure = on, host-id = agent1, agent.remoting { host = \"192.168.50.20\", port = 7000 } }");
            var config = SkydiveConfig.Load(file, ["skydive.agent.remoting.port = 7001"]);
            config.HostId.ShouldBe("agent1");
            config.Agent.Remoting.ShouldBe(new RemotingOptions("192.168.50.20", "192.168.50.20", 7001));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Fabric_links_come_whole()
    {
        string[] links = ["TOR1[Name=tor1] -> PORT1[Name=p1, MTU=1500]", "PORT1 -> *[Type=host, Name=agent1]/eth1"];
        SkydiveConfig.Parse($"skydive.analyzer.topology.fabric = [\"{links[0]}\", \"{links[1]}\"]").Analyzer.Fabric.ShouldBe(links);
    }

    [Fact]
    public void Metadata_keys_are_free_and_may_nest()
    {
        var config = SkydiveConfig.Parse("skydive.agent.topology.metadata { rack = 7, site { name = muc } }");
        config.UnknownKeys.ShouldBeEmpty();
        config.Agent.Topology.Metadata.ShouldBe(new Dictionary<string, string> { ["rack"] = "7", ["site.name"] = "muc" });
    }

    [Fact]
    public void Applications_of_ports_and_timeouts_add_to_the_defaults_and_an_empty_name_takes_a_port_out()
    {
        var config = SkydiveConfig.Parse("skydive.flow { application-ports { tcp { 9999 = Mine, 8080 = \"\" } }\n application-timeouts { Mine = 3s } }");
        config.UnknownKeys.ShouldBeEmpty();
        var ports = config.Flow.ApplicationPorts;
        ports.Tcp[9999].ShouldBe("Mine");
        ports.Tcp[80].ShouldBe("HTTP");
        ports.Tcp.ContainsKey(8080).ShouldBeFalse();
        ports.Udp[53].ShouldBe("DNS");
        config.Flow.ApplicationTimeouts["mine"].ShouldBe(TimeSpan.FromSeconds(3));
        config.Flow.ApplicationTimeouts["ARP"].ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void There_are_not_more_different_timeouts_than_a_flow_table_has_lists_for()
    {
        var timeouts = string.Join(", ", Enumerable.Range(1, 20).Select(n => $"App{n:00} = {n}m"));
        Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Parse($"skydive.flow.application-timeouts {{ {timeouts} }}").Flow)
            .Path.ShouldBe("skydive.flow.application-timeouts.App14");
    }

    [Fact]
    public void Unknown_keys_are_listed_by_path()
    {
        var config = SkydiveConfig.Parse("skydive { colour = red, analyzer { http { prot = 80 } }\n agent.capture { buffer = 1 } }\nakka.loglevel = DEBUG");
        config.UnknownKeys.ShouldBe(["skydive.agent.capture.buffer", "skydive.analyzer.http.prot", "skydive.colour"]);
    }

    [Theory]
    [InlineData("skydive.analyzer.http.port = 99999", "skydive.analyzer.http.port", "99999")]
    [InlineData("skydive.analyzer.http.port = http", "skydive.analyzer.http.port", "http")]
    [InlineData("skydive.analyzer.storage.provider = mysql", "skydive.analyzer.storage.provider", "mysql")]
    [InlineData("skydive.analyzer.storage.provider = postgresql", "skydive.analyzer.storage.connection-string", "")]
    [InlineData("skydive.analyzer.flow-partitions = 0", "skydive.analyzer.flow-partitions", "0")]
    [InlineData("skydive.analyzer.flow-retention = soon", "skydive.analyzer.flow-retention", "soon")]
    [InlineData("skydive.analyzer.seeds = [\"analyzer\"]", "skydive.analyzer.seeds[0]", "analyzer")]
    [InlineData("skydive.analyzer.remoting.port = 0", "skydive.analyzer.remoting.port", "0")]
    [InlineData("skydive.agent.topology.probes = [netlink, lldp]", "skydive.agent.topology.probes", "lldp")]
    [InlineData("skydive.agent.topology.ovsdb = \"tcp://127.0.0.1:6640\"", "skydive.agent.topology.ovsdb", "tcp://127.0.0.1:6640")]
    [InlineData("skydive.agent.capture.header-size = 1 PiB", "skydive.agent.capture.header-size", "1 PiB")]
    [InlineData("skydive.agent.capture.sflow-port-max = 10", "skydive.agent.capture.sflow-port-max", "10")]
    [InlineData("skydive.flow.update-every = 0s", "skydive.flow.update-every", "0s")]
    [InlineData("skydive.flow.max-entries = many", "skydive.flow.max-entries", "many")]
    [InlineData("skydive.flow.application-ports.tcp.70000 = X", "skydive.flow.application-ports.tcp.70000", "X")]
    [InlineData("skydive.flow.application-ports.udp.dns = DNS", "skydive.flow.application-ports.udp.dns", "DNS")]
    [InlineData("skydive.flow.application-ports.tcp.80 = \"my web\"", "skydive.flow.application-ports.tcp.80", "my web")]
    [InlineData("skydive.flow.application-ports.tcp.80 = [HTTP]", "skydive.flow.application-ports.tcp.80", null)]
    [InlineData("skydive.flow.application-ports.tcp = HTTP", "skydive.flow.application-ports.tcp", null)]
    [InlineData("skydive.flow.application-timeouts.DNS = soon", "skydive.flow.application-timeouts.DNS", "soon")]
    [InlineData("skydive.flow.application-timeouts.dns = 5s", "skydive.flow.application-timeouts.dns", "5s")]
    [InlineData("skydive.flow.tunnel-ports.vxlan = [4789, 70000]", "skydive.flow.tunnel-ports.vxlan[1]", "70000")]
    [InlineData("skydive.flow.tunnel-ports.gtp = [0]", "skydive.flow.tunnel-ports.gtp[0]", "0")]
    [InlineData("skydive.flow.tunnel-ports.geneve = [6081, geneve]", "skydive.flow.tunnel-ports.geneve[1]", "geneve")]
    [InlineData("skydive.flow.tunnel-ports.geneve = [6081, 4789]", "skydive.flow.tunnel-ports.geneve[1]", "4789")]
    [InlineData("skydive.flow.tunnel-ports.mpls = [6635, 6635]", "skydive.flow.tunnel-ports.mpls[1]", "6635")]
    [InlineData("skydive.flow.tunnel-ports.mpls = 6635", "skydive.flow.tunnel-ports.mpls", "6635")]
    [InlineData("skydive.flow.nvgre = maybe", "skydive.flow.nvgre", "maybe")]
    [InlineData("skydive.host-id = \"a/b\"", "skydive.host-id", "a/b")]
    [InlineData("skydive.log.level = loud", "skydive.log.level", "loud")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"127.0.0.1:4739\"]", "skydive.analyzer.export.ipfix.targets[0]", "127.0.0.1:4739")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"udp://h:1\", \"http://h:2\"]", "skydive.analyzer.export.ipfix.targets[1]", "http://h:2")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"udp://h\"]", "skydive.analyzer.export.ipfix.targets[0]", "udp://h")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"udp://h:70000\"]", "skydive.analyzer.export.ipfix.targets[0]", "udp://h:70000")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"udp://u@h:1\"]", "skydive.analyzer.export.ipfix.targets[0]", "udp://u@h:1")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"tcp://h:1/x\"]", "skydive.analyzer.export.ipfix.targets[0]", "tcp://h:1/x")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"tcp://h:1?x\"]", "skydive.analyzer.export.ipfix.targets[0]", "tcp://h:1?x")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"udp://h:1\", \"tcp://h:1\", \"UDP://H:1/\"]", "skydive.analyzer.export.ipfix.targets[2]", "UDP://H:1/")]
    [InlineData("skydive.analyzer.export.ipfix.targets = [\"\"]", "skydive.analyzer.export.ipfix.targets[0]", "")]
    [InlineData("skydive.analyzer.export.ipfix.which = all", "skydive.analyzer.export.ipfix.which", "all")]
    [InlineData("skydive.analyzer.export.ipfix.observation-domain = -1", "skydive.analyzer.export.ipfix.observation-domain", "-1")]
    [InlineData("skydive.analyzer.export.ipfix.template-refresh = 10ms", "skydive.analyzer.export.ipfix.template-refresh", "10ms")]
    [InlineData("skydive.analyzer.export.ipfix.message-size = 100 B", "skydive.analyzer.export.ipfix.message-size", "100 B")]
    [InlineData("skydive.analyzer.export.ipfix.datagram-rate = 0", "skydive.analyzer.export.ipfix.datagram-rate", "0")]
    [InlineData("skydive.analyzer.export.ipfix.queue = 1 KiB", "skydive.analyzer.export.ipfix.queue", "1 KiB")]
    public void A_bad_value_is_refused_with_its_path(string hocon, string path, string? value)
    {
        var error = Should.Throw<SkydiveConfigException>(() =>
        {
            var config = SkydiveConfig.Parse(hocon);
            _ = config.Agent;
            _ = config.Flow;
            _ = config.Analyzer;
        });
        error.Path.ShouldBe(path);
        error.Value.ShouldBe(value);
        error.Message.ShouldContain(path);
    }

    [Theory]
    [InlineData("250", 250)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("2 seconds", 2000)]
    public void Durations_come_in_all_units(string written, int milliseconds) =>
        SkydiveConfig.Parse($"skydive.flow.update-every = {written}").Flow.UpdateEvery.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void A_section_where_a_value_belongs_is_refused() =>
        Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Parse("skydive.analyzer.http.port { a = 1 }").Analyzer)
            .Path.ShouldBe("skydive.analyzer.http.port");

    [Fact]
    public void A_port_of_two_tunnels_is_refused_with_the_tunnel_that_has_it() =>
        Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Parse("skydive.flow.tunnel-ports.geneve = [4789]").Flow)
            .Message.ShouldBe("skydive.flow.tunnel-ports.geneve[0] = \"4789\": is vxlan's port already");

    [Fact]
    public void A_tunnel_may_have_no_port_and_another_take_it()
    {
        var ports = SkydiveConfig.Parse("skydive.flow.tunnel-ports { vxlan-gpe = [], vxlan = [4790] }").Flow.TunnelPorts;
        ports.VxlanGpe.ShouldBeEmpty();
        ports.Vxlan.ShouldBe([4790]);
        ports.Geneve.ShouldBe([6081]);
    }

    [Fact]
    public void Targets_of_an_export_are_read_as_they_are_written()
    {
        const string written = "[\"udp://192.0.2.1:4739\", \"tcp://collector.example:4740\", \"udp://[2001:db8::1]:4739\"]";
        var ipfix = SkydiveConfig.Parse($"skydive.analyzer.export.ipfix {{ targets = {written}, which = ended, datagram-rate = 500 }}").Analyzer.Ipfix!;
        ipfix.Targets.ShouldBe([new(false, "192.0.2.1", 4739), new(true, "collector.example", 4740), new(false, "2001:db8::1", 4739)]);
        ipfix.Targets.Select(target => target.ToString()).ShouldBe(["udp://192.0.2.1:4739", "tcp://collector.example:4740", "udp://[2001:db8::1]:4739"]);
        (ipfix.EndedOnly, ipfix.DatagramRate).ShouldBe((true, 500));
        SkydiveConfig.Parse("skydive.analyzer.export.ipfix.which = ended").Analyzer.Ipfix.ShouldBeNull();
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Load("/nonexistent/skydive.conf")).Path.ShouldBe("/nonexistent/skydive.conf");

    [Theory]
    [InlineData("skydive { a { b { c = 1 } }, d = 2 }", "position")]
    [InlineData("skydive {\n  analyzer { \n", "line 2 opens")]
    [InlineData("skydive {\n  log.level = info # }\n  log.format = \"}\"\n", "line 1 opens")]
    public void Text_that_is_not_HOCON_is_refused(string hocon, string why) =>
        Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Parse(hocon)).Message.ShouldContain(why);

    [Fact]
    public void Braces_in_comments_and_texts_open_nothing() =>
        SkydiveConfig.Parse("# {\nskydive { // {\n agent.topology.metadata { \"a\" = \"{\\\"{\" } }").Agent.Topology.Metadata["a"].ShouldBe("{\"{");

    [Fact]
    public void A_password_stays_out_of_the_options_text()
    {
        var storage = SkydiveConfig.Parse("skydive.analyzer.storage { provider = postgresql, connection-string = \"Host=db;Password=hunter2\" }").Analyzer.Storage;
        storage.ConnectionString.ShouldContain("hunter2");
        storage.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_connection_string_that_nothing_would_use_is_refused_without_being_told()
    {
        var error = Should.Throw<SkydiveConfigException>(() => SkydiveConfig.Parse("skydive.analyzer.storage.connection-string = \"Host=db;Password=hunter2\"").Analyzer);
        error.Path.ShouldBe("skydive.analyzer.storage.connection-string");
        error.Message.ShouldContain("provider = postgresql");
        error.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void Every_key_of_the_defaults_has_a_comment()
    {
        using var stream = typeof(SkydiveConfig).Assembly.GetManifestResourceStream("Shared.Messages.Configuration.reference.conf")!;
        var lines = new StreamReader(stream).ReadToEnd().Split('\n');
        var commented = false;
        foreach (var line in lines.Select(l => l.Trim()))
        {
            if (line.StartsWith('#'))
            {
                commented = true;
            }
            else if (line.Length == 0 || line == "}" || line.EndsWith('{'))
            {
                commented = false;
            }
            else
            {
                commented.ShouldBeTrue(line);
            }
        }
    }
}
