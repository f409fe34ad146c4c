using System.Net;

namespace Shared.Messages.Configuration;

/// <summary>A TCP endpoint to listen on.</summary>
/// <param name="Host">Address or host name.</param>
/// <param name="Port">TCP port, 0 to 65535.</param>
public sealed record EndpointOptions(string Host, int Port);

/// <summary>Akka.Remote's endpoint.</summary>
/// <param name="Host">The address other nodes know this one by.</param>
/// <param name="BindHost">The address bound; same as <paramref name="Host"/> unless configured.</param>
/// <param name="Port">TCP port; 0 lets the system choose.</param>
public sealed record RemotingOptions(string Host, string BindHost, int Port)
{
    /// <summary>"host:port", as seeds name it.</summary>
    internal string Endpoint => $"{Host}:{Port}";
}

/// <summary>PEM files of a certificate and its key.</summary>
/// <param name="Certificate">The certificate, those above it behind it.</param>
/// <param name="Key">Its key.</param>
internal sealed record KeyFiles(string Certificate, string Key);

/// <summary>Section <c>skydive.tls</c>: connections between nodes.</summary>
/// <param name="Authority">PEM file of the authority whose certificates are taken.</param>
/// <param name="Own">This node's.</param>
internal sealed record TlsOptions(string Authority, KeyFiles Own);

/// <summary>Section <c>skydive.users</c>.</summary>
/// <param name="File">The users' file; empty: there are none.</param>
/// <param name="Session">Time for which a login holds.</param>
/// <param name="ProxyAddresses">Proxies that say who somebody is.</param>
/// <param name="ProxyHeader">The header in which they do.</param>
/// <param name="ProxyRole">The role of whom the file doesn't have; empty: none.</param>
internal sealed record UsersOptions(string File, TimeSpan Session, IReadOnlyList<IPNetwork> ProxyAddresses, string ProxyHeader, string ProxyRole)
{
    /// <summary>Whoever comes is asked who he is.</summary>
    public bool AreAsked => File.Length > 0 || ProxyAddresses.Count > 0;
}

/// <summary>What's logged and how.</summary>
/// <param name="Level">"debug", "info", "warning" or "error".</param>
/// <param name="Json">True: one JSON object a line. False: short text.</param>
public sealed record LogOptions(string Level, bool Json);

/// <summary>Section <c>skydive.telemetry</c>.</summary>
/// <param name="OtlpEndpoint">Where metrics and traces go; null: nowhere.</param>
/// <param name="OtlpOverHttp">HTTP with protobuf instead of gRPC.</param>
/// <param name="MetricsEvery">Time between two reports of metrics.</param>
public sealed record TelemetryOptions(Uri? OtlpEndpoint, bool OtlpOverHttp, TimeSpan MetricsEvery);

/// <summary>Section <c>skydive.agent</c>, see reference.conf for what each key means.</summary>
public sealed record AgentOptions
{
    /// <summary>This host's name in the graph.</summary>
    public required string HostId { get; init; }
    /// <summary>Seed nodes, "host:port".</summary>
    public required IReadOnlyList<string> Analyzers { get; init; }
    /// <summary>This node's endpoint in the cluster.</summary>
    public required RemotingOptions Remoting { get; init; }
    /// <summary>The Petabridge.Cmd endpoint; null when switched off.</summary>
    public required EndpointOptions? Console { get; init; }
    /// <summary>Where Prometheus scrapes; null when switched off.</summary>
    public required EndpointOptions? Metrics { get; init; }
    /// <summary>Paths of capture files to analyse at start.</summary>
    public required IReadOnlyList<string> CaptureFiles { get; init; }
    /// <summary>Time without an analyzer before the link is started anew.</summary>
    public required TimeSpan RejoinAfter { get; init; }
    /// <summary>The probes.</summary>
    public required TopologyProbeOptions Topology { get; init; }
    /// <summary>The captures.</summary>
    public required CaptureOptions Capture { get; init; }
    /// <summary>Delivery of flows to the analyzers.</summary>
    public required UplinkOptions Uplink { get; init; }
}

/// <summary>Section <c>skydive.agent.topology</c>.</summary>
public sealed record TopologyProbeOptions
{
    /// <summary>Names of the probes to run: "netlink", "netns", "ovsdb".</summary>
    public required IReadOnlyList<string> Probes { get; init; }
    /// <summary>Directory of named network namespaces.</summary>
    public required string NetnsPath { get; init; }
    /// <summary>"unix:///path" of OVSDB's socket.</summary>
    public required string Ovsdb { get; init; }
    /// <summary>Time changes are gathered before they're sent.</summary>
    public required TimeSpan UpdateEvery { get; init; }
    /// <summary>Time between two reads of interface counters.</summary>
    public required TimeSpan StatisticsEvery { get; init; }
    /// <summary>Extra metadata of the host node, flat dotted keys.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>Section <c>skydive.agent.capture</c>.</summary>
public sealed record CaptureOptions
{
    /// <summary>Time between two reports of a capture's counters.</summary>
    public required TimeSpan StatisticsEvery { get; init; }
    /// <summary>Bytes kept of each packet where the capture doesn't say.</summary>
    public required int HeaderSize { get; init; }
    /// <summary>Bytes of a capture's kernel ring at most.</summary>
    public required int BufferSize { get; init; }
    /// <summary>Bytes of all captures' kernel rings.</summary>
    public required long RingMemory { get; init; }
    /// <summary>Address sFlow datagrams are sent to and received on.</summary>
    public required string SflowAddress { get; init; }
    /// <summary>First UDP port of the sFlow range.</summary>
    public required int SflowPortMin { get; init; }
    /// <summary>Last UDP port of the sFlow range.</summary>
    public required int SflowPortMax { get; init; }
    /// <summary>One packet in n, where the capture doesn't say.</summary>
    public required int SflowSampling { get; init; }
    /// <summary>Address NetFlow and IPFIX datagrams are received on.</summary>
    public required string NetFlowAddress { get; init; }
    /// <summary>Their UDP port, where the capture doesn't say.</summary>
    public required int NetFlowPort { get; init; }
    /// <summary>Networks sFlow datagrams are taken from; empty: all.</summary>
    internal IReadOnlyList<IPNetwork> SflowFrom { get; init; } = [];
    /// <summary>The same for NetFlow.</summary>
    internal IReadOnlyList<IPNetwork> NetFlowFrom { get; init; } = [];
}

/// <summary>Section <c>skydive.agent.uplink</c>.</summary>
/// <param name="Buffer">Flow updates kept while unacknowledged.</param>
/// <param name="Batch">Most flow updates per message.</param>
/// <param name="ResendAfter">Time after which an unacknowledged message is sent again.</param>
public sealed record UplinkOptions(int Buffer, int Batch, TimeSpan ResendAfter);

/// <summary>Section <c>skydive.flow</c>: the flow tables.</summary>
public sealed record FlowOptions
{
    /// <summary>Time between two updates of a flow.</summary>
    public required TimeSpan UpdateEvery { get; init; }
    /// <summary>Time without a packet after which a flow is over.</summary>
    public required TimeSpan ExpireAfter { get; init; }
    /// <summary>The same for flows of some applications, by name.</summary>
    public required IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; }
    /// <summary>Recognize applications by what packets carry.</summary>
    public required bool ApplicationsByContent { get; init; }
    /// <summary>What ports say of a flow's application.</summary>
    public required ApplicationPortOptions ApplicationPorts { get; init; }
    /// <summary>Most flows in a capture's table.</summary>
    public required int MaxEntries { get; init; }
    /// <summary>Most flows in a tunnel's table.</summary>
    public required int MaxTunnelEntries { get; init; }
    /// <summary>Bytes of all flow tables of an agent.</summary>
    public required long Memory { get; init; }
    /// <summary>Bytes of the flow tables of all tunnels below a capture.</summary>
    public required long TunnelMemory { get; init; }
    /// <summary>Most tunnels below a capture.</summary>
    public required int MaxTunnels { get; init; }
    /// <summary>How deep tunnels may nest.</summary>
    public required int MaxTunnelDepth { get; init; }
    /// <summary>UDP ports that lead into tunnels.</summary>
    public required TunnelPortOptions TunnelPorts { get; init; }
    /// <summary>Whether a GRE key in front of Ethernet is NVGRE's VSID and FlowID.</summary>
    public required bool Nvgre { get; init; }
}

/// <summary>Section <c>skydive.flow.tunnel-ports</c>: UDP destination ports, each of one tunnel only.</summary>
public sealed record TunnelPortOptions
{
    /// <summary>VXLAN.</summary>
    public required IReadOnlyList<int> Vxlan { get; init; }
    /// <summary>VXLAN's Generic Protocol Extension.</summary>
    public required IReadOnlyList<int> VxlanGpe { get; init; }
    /// <summary>GENEVE.</summary>
    public required IReadOnlyList<int> Geneve { get; init; }
    /// <summary>MPLS in UDP.</summary>
    public required IReadOnlyList<int> Mpls { get; init; }
    /// <summary>GTP-U.</summary>
    public required IReadOnlyList<int> Gtp { get; init; }
    /// <summary>L2TP.</summary>
    public required IReadOnlyList<int> L2tp { get; init; }
    /// <summary>Teredo.</summary>
    public required IReadOnlyList<int> Teredo { get; init; }
    /// <summary>Generic UDP Encapsulation.</summary>
    public required IReadOnlyList<int> Gue { get; init; }
    /// <summary>Foo over UDP.</summary>
    public required IReadOnlyList<int> Fou { get; init; }
    /// <summary>LISP.</summary>
    public required IReadOnlyList<int> Lisp { get; init; }
}

/// <summary>Section <c>skydive.flow.application-ports</c>.</summary>
/// <param name="Tcp">Names of applications by TCP port.</param>
/// <param name="Udp">Names of applications by UDP port.</param>
public sealed record ApplicationPortOptions(IReadOnlyDictionary<int, string> Tcp, IReadOnlyDictionary<int, string> Udp);

/// <summary>Section <c>skydive.analyzer</c>.</summary>
public sealed record AnalyzerOptions
{
    /// <summary>This host's name.</summary>
    public required string HostId { get; init; }
    /// <summary>Seed nodes, "host:port"; never empty: this node's own endpoint when none is configured.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }
    /// <summary>This node's endpoint in the cluster.</summary>
    public required RemotingOptions Remoting { get; init; }
    /// <summary>The HTTP API and web page.</summary>
    public required HttpOptions Http { get; init; }
    /// <summary>The Petabridge.Cmd endpoint; null when switched off.</summary>
    public required EndpointOptions? Console { get; init; }
    /// <summary>Journal and snapshots.</summary>
    public required StorageOptions Storage { get; init; }
    /// <summary>Fabric links, unparsed.</summary>
    public required IReadOnlyList<string> Fabric { get; init; }
    /// <summary>What of injections that are over is kept.</summary>
    public required InjectionOptions Injections { get; init; }
    /// <summary>Who is sent flows by IPFIX; null: nobody.</summary>
    internal IpfixOptions? Ipfix { get; init; }
    /// <summary>How many flows entities there are.</summary>
    public required int FlowPartitions { get; init; }
    /// <summary>Time without its agent after which a host is forgotten.</summary>
    internal TimeSpan ForgetHostsAfter { get; init; }
    /// <summary>Time since its last packet for which a flow stays queryable.</summary>
    public required TimeSpan FlowRetention { get; init; }
}

/// <summary>Section <c>skydive.analyzer.injections</c>.</summary>
/// <param name="Keep">How many that are over are kept.</param>
/// <param name="KeepFor">Time they are kept since they were over.</param>
public sealed record InjectionOptions(int Keep, TimeSpan KeepFor);

/// <summary>Section <c>skydive.analyzer.http</c>.</summary>
/// <param name="Host">Address bound.</param>
/// <param name="Port">TCP port; 0 lets the system choose.</param>
/// <param name="WebRoot">Directory of the web page; empty: wwwroot beside the program.</param>
/// <param name="MaxBody">Largest request body in bytes.</param>
/// <param name="QueryTimeout">Time after which a query is given up.</param>
/// <param name="QueryRows">Flows, values or packets a query may take.</param>
/// <param name="QueryBytes">Bytes its answer may have.</param>
public sealed record HttpOptions(string Host, int Port, string WebRoot, long MaxBody, TimeSpan QueryTimeout, int QueryRows, long QueryBytes)
{
    /// <summary>Certificate and key for HTTPS; null: HTTP.</summary>
    internal KeyFiles? Tls { get; init; }
    /// <summary>Names under which browsers may ask.</summary>
    internal IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Open connections of all clients.</summary>
    internal int MaxConnections { get; init; }
    /// <summary>Open connections of one address.</summary>
    internal int MaxConnectionsPerClient { get; init; }
    /// <summary>Open WebSockets.</summary>
    internal int MaxSockets { get; init; }
    /// <summary>Requests of one client in a second; 0: as many as come.</summary>
    internal int RequestsPerSecond { get; init; }
}

/// <summary>Where events are kept.</summary>
public enum StorageProvider
{
    /// <summary>A SQLite file.</summary>
    Sqlite,
    /// <summary>A PostgreSQL database.</summary>
    PostgreSql,
}

/// <summary>Section <c>skydive.analyzer.storage</c>. Its text form leaves the connection strings, which may hold a password, out.</summary>
/// <param name="Provider">Which database.</param>
/// <param name="ConnectionString">How to reach it; for SQLite made of the file's path.</param>
/// <param name="FlowsConnectionString">The same for the flows; PostgreSQL has both.</param>
/// <param name="SnapshotEvery">Events between two snapshots of an entity.</param>
/// <param name="TopologyRetention">What is kept of the topology's and the registries' events.</param>
/// <param name="FlowsRetention">What is kept of the flows'.</param>
public sealed record StorageOptions(
    StorageProvider Provider, string ConnectionString, string FlowsConnectionString, int SnapshotEvery, RetentionOptions TopologyRetention, RetentionOptions FlowsRetention)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Provider}, snapshot every {SnapshotEvery} events";
}

/// <summary>What is kept of a journal.</summary>
/// <param name="Age">Events that are older may go; null: none goes for its age.</param>
/// <param name="Size">Bytes of events and snapshots beyond which the oldest may go; null: none goes for that.</param>
public sealed record RetentionOptions(TimeSpan? Age, long? Size);
