using System.Globalization;
using System.Reflection;
using Akka.Configuration;

namespace Shared.Messages.Configuration;

/// <summary>
/// A node's configuration: a HOCON file over the embedded defaults. <see cref="Agent"/>, <see cref="Analyzer"/> and <see cref="Flow"/>
/// are validated when they are read; <see cref="Akka"/> is the whole tree for the actor system, the user's own <c>akka</c> section in it.
/// </summary>
public sealed class SkydiveConfig
{
    private readonly Exposure _exposure;

    private SkydiveConfig(Config akka, IReadOnlyList<string> unknownKeys)
    {
        Akka = akka;
        UnknownKeys = unknownKeys;
        var root = new SectionReader(akka, "skydive");
        HostId = root.Text("host-id") is { Length: > 0 } name ? ValidHostId(root.PathOf("host-id"), name) : Environment.MachineName;
        var log = root.Section("log");
        Log = new LogOptions(log.OneOf("level", "debug", "info", "warning", "error"), log.OneOf("format", "text", "json") == "json");
        Telemetry = ReadTelemetry(root.Section("telemetry"));
        Tls = ReadTls(root.Section("tls"));
        Users = ReadUsers(root.Section("users"));
        _exposure = new Exposure(root.Switch("insecure"), Tls is not null, Users);
    }

    /// <summary>The merged HOCON tree.</summary>
    public Config Akka { get; }

    /// <summary>Paths below <c>skydive</c> that nothing reads. Warn about them at start.</summary>
    public IReadOnlyList<string> UnknownKeys { get; }

    /// <summary>This host's name.</summary>
    public string HostId { get; }

    /// <summary>What's logged and how.</summary>
    public LogOptions Log { get; }

    /// <summary>Where metrics and traces go.</summary>
    public TelemetryOptions Telemetry { get; }

    /// <summary>Connections between nodes; null: not encrypted.</summary>
    internal TlsOptions? Tls { get; }

    /// <summary>Who may use what listens.</summary>
    internal UsersOptions Users { get; }

    /// <summary>Section <c>skydive.agent</c>.</summary>
    /// <exception cref="SkydiveConfigException">A value doesn't fit.</exception>
    public AgentOptions Agent => field ??= ReadAgent();

    /// <summary>Section <c>skydive.analyzer</c>.</summary>
    /// <exception cref="SkydiveConfigException">A value doesn't fit.</exception>
    public AnalyzerOptions Analyzer => field ??= ReadAnalyzer();

    /// <summary>Section <c>skydive.flow</c>.</summary>
    /// <exception cref="SkydiveConfigException">A value doesn't fit.</exception>
    public FlowOptions Flow => field ??= ReadFlow();

    /// <summary>The embedded defaults, every key of the <c>skydive</c> section.</summary>
    public static Config Reference { get; } =
        ConfigurationFactory.FromResource("Shared.Messages.Configuration.reference.conf", Assembly.GetExecutingAssembly());

    /// <summary>Reads a configuration file over the defaults.</summary>
    /// <param name="path">The HOCON file; null for the defaults alone.</param>
    /// <param name="overrides">HOCON lines that win over the file ("skydive.host-id = agent1"), as from a command line.</param>
    /// <exception cref="SkydiveConfigException">The file is missing or isn't HOCON, or a value doesn't fit.</exception>
    public static SkydiveConfig Load(string? path = null, IEnumerable<string>? overrides = null)
    {
        var file = path is null ? ConfigurationFactory.Empty : ParseFile(path);
        var text = string.Join('\n', overrides ?? []);
        return From(file, text.Length == 0 ? ConfigurationFactory.Empty : Parse(text, "overrides"));
    }

    /// <summary>Reads a configuration from HOCON text over the defaults.</summary>
    /// <exception cref="SkydiveConfigException">The text isn't HOCON, or a value doesn't fit.</exception>
    public static SkydiveConfig Parse(string hocon) => From(Parse(hocon, "configuration"), ConfigurationFactory.Empty);

    private static SkydiveConfig From(Config file, Config overrides)
    {
        var written = overrides.SafeWithFallback(file);
        string[] unknown = [.. Configuration.UnknownKeys.Find(file, Reference), .. Configuration.UnknownKeys.Find(overrides, Reference)];
        return new SkydiveConfig(written.SafeWithFallback(Reference), unknown);
    }

    private static Config ParseFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SkydiveConfigException(path, null, $"can't be read: {e.Message}", e);
        }
    }

    private static Config Parse(string hocon, string source)
    {
        try
        {
            var parsed = string.IsNullOrWhiteSpace(hocon) ? ConfigurationFactory.Empty : ConfigurationFactory.ParseString(hocon);
            return OpenSection(hocon) is { } line ? throw new FormatException($"what line {line} opens with '{{' isn't closed") : parsed;
        }
        // Akka's parser reports errors by several exception types, FormatException and its own among them.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new SkydiveConfigException(source, null, $"isn't HOCON: {e.Message}", e);
        }
    }

    // Akka's parser takes the end of the text for the end of every section that's open: half a file would be taken for a whole one.
    private static int? OpenSection(string hocon)
    {
        var open = new Stack<int>();
        var (line, quoted) = (1, false);
        for (var i = 0; i < hocon.Length; i++)
        {
            switch (hocon[i])
            {
                case '\n':
                    (line, quoted) = (line + 1, false);
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '#' when !quoted:
                case '/' when !quoted && (i == 0 || char.IsWhiteSpace(hocon[i - 1])) && hocon.AsSpan(i).StartsWith("//"):
                    i = hocon.IndexOf('\n', i) is >= 0 and var end ? end - 1 : hocon.Length;
                    break;
                case '{' when !quoted:
                    open.Push(line);
                    break;
                case '}' when !quoted:
                    open.TryPop(out _);
                    break;
            }
        }

        return open.TryPop(out var opened) ? opened : null;
    }

    private static string ValidHostId(string path, string name) => Configuration.HostId.IsValid(name)
        ? name
        : throw new SkydiveConfigException(path, name, $"should be at most {Configuration.HostId.MaxLength} letters, digits, '-', '_' and '.'");

    private AgentOptions ReadAgent()
    {
        var agent = new SectionReader(Akka, "skydive.agent");
        var topology = agent.Section("topology");
        var capture = agent.Section("capture");
        var uplink = agent.Section("uplink");
        var analyzers = agent.Endpoints("analyzers");
        if (analyzers.Count == 0)
        {
            throw new SkydiveConfigException(agent.PathOf("analyzers"), null, "should name at least one analyzer as host:port");
        }

        var probes = topology.Texts("probes");
        foreach (var probe in probes)
        {
            if (probe is not ("netlink" or "netns" or "ovsdb"))
            {
                throw new SkydiveConfigException(topology.PathOf("probes"), probe, "should be some of netlink, netns, ovsdb");
            }
        }

        var sflowMin = capture.Number("sflow-port-min", 1, 65535);
        return new AgentOptions
        {
            HostId = HostId,
            Analyzers = analyzers,
            Remoting = ReadRemoting(agent.Section("remoting")),
            Console = _exposure.AsksUsers(agent.Section("console").PathOf("host"), ReadEndpoint(agent.Section("console"))),
            Metrics = _exposure.AsksNobody(agent.Section("metrics").PathOf("host"), ReadEndpoint(agent.Section("metrics"))),
            CaptureFiles = agent.Texts("capture-files"),
            RejoinAfter = agent.Duration("rejoin-after", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            Topology = new TopologyProbeOptions
            {
                Probes = probes,
                NetnsPath = topology.NonEmpty("netns-path"),
                Ovsdb = ValidSocket(topology.PathOf("ovsdb"), topology.NonEmpty("ovsdb")),
                UpdateEvery = topology.Duration("update-every", TimeSpan.Zero, TimeSpan.FromMinutes(1)),
                StatisticsEvery = topology.Duration("statistics-every", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
                Metadata = topology.Leaves("metadata"),
            },
            Capture = new CaptureOptions
            {
                StatisticsEvery = capture.Duration("statistics-every", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
                HeaderSize = (int)capture.Size("header-size", 14, 65535),
                BufferSize = (int)capture.Size("buffer-size", 64 << 10, 1 << 30),
                RingMemory = capture.Size("ring-memory", 1 << 20, 1L << 40),
                SflowAddress = _exposure.TakesFrom(capture, "sflow"),
                SflowFrom = capture.Networks("sflow-from"),
                SflowPortMin = sflowMin,
                SflowPortMax = capture.Number("sflow-port-max", sflowMin, 65535),
                SflowSampling = capture.Number("sflow-sampling", 1, int.MaxValue),
                NetFlowAddress = _exposure.TakesFrom(capture, "netflow"),
                NetFlowFrom = capture.Networks("netflow-from"),
                NetFlowPort = capture.Number("netflow-port", 1, 65535),
            },
            Uplink = new UplinkOptions(
                uplink.Number("buffer", 1, 10_000_000),
                uplink.Number("batch", 1, 2_000),
                uplink.Duration("resend-after", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))),
        };
    }

    private FlowOptions ReadFlow()
    {
        var flow = new SectionReader(Akka, "skydive.flow");
        return new FlowOptions
        {
            UpdateEvery = flow.Duration("update-every", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
            ExpireAfter = flow.Duration("expire-after", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(30)),
            ApplicationTimeouts = ApplicationSettings.Timeouts(flow.Section("application-timeouts")),
            ApplicationsByContent = flow.OneOf("applications-by-content", "on", "off") == "on",
            ApplicationPorts = ApplicationSettings.Ports(flow.Section("application-ports")),
            MaxEntries = flow.Number("max-entries", 1, 100_000_000),
            MaxTunnelEntries = flow.Number("max-tunnel-entries", 1, 100_000_000),
            Memory = flow.Size("memory", 1 << 20, 1L << 40),
            TunnelMemory = flow.Size("tunnel-memory", 1 << 20, 1L << 40),
            MaxTunnels = flow.Number("max-tunnels", 0, 1_000_000),
            MaxTunnelDepth = flow.Number("max-tunnel-depth", 0, 64),
            TunnelPorts = ReadTunnelPorts(flow.Section("tunnel-ports")),
            Nvgre = flow.Switch("nvgre"),
        };
    }

    private static TunnelPortOptions ReadTunnelPorts(SectionReader ports)
    {
        var taken = new Dictionary<int, string>();
        return new TunnelPortOptions
        {
            Vxlan = Of("vxlan"),
            VxlanGpe = Of("vxlan-gpe"),
            Geneve = Of("geneve"),
            Mpls = Of("mpls"),
            Gtp = Of("gtp"),
            L2tp = Of("l2tp"),
            Teredo = Of("teredo"),
            Gue = Of("gue"),
            Fou = Of("fou"),
            Lisp = Of("lisp"),
        };

        IReadOnlyList<int> Of(string tunnel)
        {
            var found = ports.Numbers(tunnel, 1, 65535);
            for (var i = 0; i < found.Count; i++)
            {
                if (!taken.TryAdd(found[i], tunnel))
                {
                    throw new SkydiveConfigException($"{ports.PathOf(tunnel)}[{i}]", found[i].ToString(CultureInfo.InvariantCulture), $"is {taken[found[i]]}'s port already");
                }
            }

            return found;
        }
    }

    private AnalyzerOptions ReadAnalyzer()
    {
        var analyzer = new SectionReader(Akka, "skydive.analyzer");
        var http = analyzer.Section("http");
        var injections = analyzer.Section("injections");
        var remoting = ReadRemoting(analyzer.Section("remoting"));
        if (remoting.Port == 0)
        {
            throw new SkydiveConfigException(analyzer.Section("remoting").PathOf("port"), "0", "should be a fixed port: agents join through it");
        }

        var own = remoting.Endpoint;
        var seeds = analyzer.Endpoints("seeds");
        if (seeds.Count > 0 && !seeds.Contains(own))
        {
            throw new SkydiveConfigException(analyzer.PathOf("seeds"), string.Join(", ", seeds), $"should name this analyzer, too, as its remoting does: {own}");
        }

        var storage = ReadStorage(analyzer.Section("storage"));
        if (seeds.Count > 1 && storage.Provider == StorageProvider.Sqlite)
        {
            throw new SkydiveConfigException(analyzer.Section("storage").PathOf("provider"), "sqlite", "should be postgresql: several analyzers share a database");
        }

        return new AnalyzerOptions
        {
            HostId = HostId,
            Seeds = seeds.Count > 0 ? seeds : [own],
            Remoting = remoting,
            Http = ReadHttp(http),
            Console = _exposure.AsksUsers(analyzer.Section("console").PathOf("host"), ReadEndpoint(analyzer.Section("console"))),
            Storage = storage,
            Fabric = analyzer.Section("topology").Texts("fabric"),
            Injections = new InjectionOptions(injections.Number("keep", 0, 1_000_000), injections.Duration("keep-for", TimeSpan.Zero, TimeSpan.FromDays(365))),
            Ipfix = IpfixOptions.Read(analyzer.Section("export").Section("ipfix")),
            ForgetHostsAfter = analyzer.Section("topology").Duration("forget-hosts-after", TimeSpan.FromSeconds(1), TimeSpan.FromDays(36500)),
            FlowPartitions = analyzer.Number("flow-partitions", 1, 1024),
            FlowRetention = analyzer.Duration("flow-retention", TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        };
    }

    private HttpOptions ReadHttp(SectionReader http)
    {
        _exposure.AsksUsers(http.PathOf("host"), new EndpointOptions(http.NonEmpty("host"), http.Port("port")));
        return new HttpOptions(
            http.NonEmpty("host"),
            http.Port("port"),
            http.Text("web-root"),
            http.Size("max-body", 1 << 10, 1 << 30),
            http.Duration("query-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            http.Number("query-rows", 1, int.MaxValue),
            http.Size("query-bytes", 1 << 10, 1L << 40))
        {
            Tls = ReadKeyFiles(http),
            Hosts = http.Texts("hosts"),
            MaxConnections = http.Number("max-connections", 1, 1_000_000),
            MaxConnectionsPerClient = http.Number("max-connections-per-client", 1, 1_000_000),
            MaxSockets = http.Number("max-sockets", 0, 1_000_000),
            RequestsPerSecond = http.Number("requests-per-second", 0, 1_000_000),
        };
    }

    private static TlsOptions? ReadTls(SectionReader tls)
    {
        var authority = tls.Text("authority");
        var own = ReadKeyFiles(tls);
        return authority.Length > 0 == own is not null
            ? own is null ? null : new TlsOptions(authority, own)
            : throw new SkydiveConfigException(tls.PathOf("authority"), authority, "should be given with certificate and key: all three, or none");
    }

    private static KeyFiles? ReadKeyFiles(SectionReader section)
    {
        var (certificate, key) = (section.Text("certificate"), section.Text("key"));
        return certificate.Length > 0 == key.Length > 0
            ? certificate.Length > 0 ? new KeyFiles(certificate, key) : null
            : throw new SkydiveConfigException(section.PathOf(key.Length > 0 ? "certificate" : "key"), "", "is missing: certificate and key go together");
    }

    private static UsersOptions ReadUsers(SectionReader users) => new(
        users.Text("file"),
        users.Duration("session", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
        users.Networks("proxy-addresses"),
        users.NonEmpty("proxy-header"),
        users.OneOf("proxy-role", "", "viewer", "operator", "admin"));

    private static StorageOptions ReadStorage(SectionReader storage)
    {
        var snapshotEvery = storage.Number("snapshot-every", 1, 1_000_000);
        var (topology, flows) = (ReadRetention(storage.Section("topology-retention")), ReadRetention(storage.Section("flows-retention")));
        var connection = storage.Text("connection-string");
        if (storage.OneOf("provider", "sqlite", "postgresql") == "sqlite")
        {
            var file = storage.NonEmpty("file");
            var flowsFile = storage.Text("flows-file") is { Length: > 0 } written ? written : Path.ChangeExtension(file, null) + "-flows" + Path.GetExtension(file);
            if (Path.GetFullPath(flowsFile) == Path.GetFullPath(file))
            {
                throw new SkydiveConfigException(storage.PathOf("flows-file"), flowsFile, "should be another file than the topology's");
            }

            // Its value isn't told: there may be a password in it.
            return connection.Length == 0
                ? new StorageOptions(StorageProvider.Sqlite, $"Data Source={file}", $"Data Source={flowsFile}", snapshotEvery, topology, flows)
                : throw new SkydiveConfigException(storage.PathOf("connection-string"), null, "is for PostgreSQL, and the provider is sqlite: set provider = postgresql, or leave it out");
        }

        return connection.Length > 0
            ? new StorageOptions(StorageProvider.PostgreSql, connection, connection, snapshotEvery, topology, flows)
            : throw new SkydiveConfigException(storage.PathOf("connection-string"), "", "should say how to reach PostgreSQL: \"Host=…;Database=…;Username=…\"");
    }

    private static RetentionOptions ReadRetention(SectionReader retention)
    {
        var age = retention.Duration("age", TimeSpan.Zero, TimeSpan.FromDays(36500));
        var size = retention.Size("size", 0, 1L << 50);
        return new RetentionOptions(age > TimeSpan.Zero ? age : null, size > 0 ? size : null);
    }

    private static TelemetryOptions ReadTelemetry(SectionReader telemetry)
    {
        var text = telemetry.Text("otlp-endpoint");
        Uri? endpoint = null;
        if (text.Length > 0 && (!Uri.TryCreate(text, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
        {
            throw new SkydiveConfigException(telemetry.PathOf("otlp-endpoint"), text, "should be a URL, http://host:4317");
        }

        return new TelemetryOptions(
            endpoint, telemetry.OneOf("otlp-protocol", "grpc", "http") == "http", telemetry.Duration("otlp-metrics-every", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)));
    }

    private RemotingOptions ReadRemoting(SectionReader remoting)
    {
        var host = remoting.NonEmpty("host");
        var bound = remoting.Text("bind-host") is { Length: > 0 } bind ? bind : host;
        _exposure.IsEncrypted(remoting.PathOf(bound == host ? "host" : "bind-host"), bound);
        return new RemotingOptions(host, bound, remoting.Port("port"));
    }

    private static EndpointOptions? ReadEndpoint(SectionReader endpoint) =>
        endpoint.Port("port") is > 0 and var port ? new EndpointOptions(endpoint.NonEmpty("host"), port) : null;

    private static string ValidSocket(string path, string socket) =>
        socket.StartsWith("unix:///", StringComparison.Ordinal)
            ? socket
            : throw new SkydiveConfigException(path, socket, "should be unix:///path/of/db.sock");
}
