using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;

namespace Agent.Node.Interfaces;

/// <summary>How a wanted capture is done at a node: its type, with what left open decided, and what the capture is told.</summary>
/// <param name="Type">"pcap", "ovsmirror", "ovssflow", "sflow", "netflow" or "file".</param>
/// <param name="Settings">For the capture; the device of a mirror is its port.</param>
internal sealed record CapturePlan(string Type, CaptureSettings Settings)
{
    public const string Pcap = "pcap";
    public const string OvsMirror = "ovsmirror";
    public const string OvsSflow = "ovssflow";
    public const string Sflow = "sflow";
    public const string NetFlow = "netflow";
    public const string File = "file";

    /// <summary>Decides.</summary>
    /// <param name="wanted">The capture and its node.</param>
    /// <param name="place">What there is at the node.</param>
    /// <param name="sflowPort">UDP port kept for this capture; 0: none was free.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <returns>The plan, or why there can't be one, in words for the user.</returns>
    public static (CapturePlan? Plan, string? Error) Decide(
        NodeCapture wanted, CapturePlace place, int sflowPort, string host, CaptureOptions options, FlowOptions flows)
    {
        var (type, error) = TypeOf(wanted.Capture.Type, place);
        if (type is null)
        {
            return (null, error);
        }

        if (type is OvsSflow or Sflow && sflowPort == 0)
        {
            return (null, $"no UDP port is free for sFlow: {options.SflowPortMin} to {options.SflowPortMax} are in use");
        }

        var capture = wanted.Capture;
        var settings = new CaptureSettings
        {
            CaptureId = capture.Uuid,
            NodeTid = wanted.NodeTid,
            Host = host,
            Source = type switch
            {
                File => CaptureSource.File,
                OvsSflow or Sflow => CaptureSource.Sflow,
                NetFlow => CaptureSource.NetFlow,
                _ => CaptureSource.Pcap,
            },
            TraceParent = capture.TraceParent,
            BpfFilter = capture.BpfFilter,
            SnapLength = SnapLength(capture.HeaderSize, type, options),
            BufferSize = options.BufferSize,
            LayerKeyMode = capture.LayerKeyMode.Length > 0 ? capture.LayerKeyMode : "L2",
            ExtraTcpMetric = capture.ExtraTcpMetric || capture.ReassembleTcp,
            IpDefrag = capture.IpDefrag,
            Deduplicate = capture.Deduplicate,
            RawPacketLimit = (int)Math.Min(capture.RawPacketLimit, CaptureLimits.MaxRawPackets),
            SamplingRate = SamplingRate(capture.SamplingRate, type, options),
            ListenAddress = type == NetFlow ? options.NetFlowAddress : options.SflowAddress,
            ListenFrom = type == NetFlow ? options.NetFlowFrom : options.SflowFrom,
            ListenPort = type switch
            {
                OvsSflow or Sflow => sflowPort,
                NetFlow => capture.Port > 0 ? (int)capture.Port : options.NetFlowPort,
                _ => 0,
            },
            UpdateEvery = flows.UpdateEvery,
            ExpireAfter = flows.ExpireAfter,
            ApplicationTimeouts = flows.ApplicationTimeouts,
            ApplicationsByContent = flows.ApplicationsByContent,
            ApplicationPorts = new ApplicationPorts(flows.ApplicationPorts.Tcp, flows.ApplicationPorts.Udp),
            StatisticsEvery = options.StatisticsEvery,
            MaxEntries = flows.MaxEntries,
            MaxTunnelEntries = flows.MaxTunnelEntries,
            MaxTunnels = flows.MaxTunnels,
            MaxTunnelDepth = flows.MaxTunnelDepth,
            TunnelPorts = TunnelPorts.Of(flows),
        };
        return (new CapturePlan(type, At(settings, type, place)), null);
    }

    /// <summary>A file has its packets already: nothing is saved by less of them than there is.</summary>
    private static int SnapLength(uint asked, string type, CaptureOptions options) => asked switch
    {
        > 0 => (int)Math.Clamp(asked, CaptureLimits.MinHeaderSize, CaptureLimits.MaxHeaderSize),
        _ when type == File => (int)CaptureLimits.MaxHeaderSize,
        _ => options.HeaderSize,
    };

    private static int SamplingRate(uint asked, string type, CaptureOptions options) => asked switch
    {
        > 0 => (int)Math.Min(asked, CaptureLimits.MaxSamplingRate),
        _ when type == OvsSflow => Math.Max(1, options.SflowSampling),
        _ => 1,
    };

    private static CaptureSettings At(CaptureSettings settings, string type, CapturePlace place) => place switch
    {
        CapturePlace.Device device => settings with { Device = device.Name, NamespacePath = device.NamespacePath },
        CapturePlace.Bridge bridge when type == OvsMirror => settings with { Device = BridgeMirror.PortName(bridge.Name, settings.CaptureId) },
        CapturePlace.File file => settings with { FilePath = file.Path },
        _ => settings,
    };

    private static (string? Type, string? Error) TypeOf(string asked, CapturePlace place) => (place, asked) switch
    {
        (CapturePlace.None, _) => (null, "there's no device to capture on: capture on the bridge it belongs to"),
        (CapturePlace.Device, "" or Pcap or "afpacket") => (Pcap, null),
        (CapturePlace.Device or CapturePlace.Host, Sflow or NetFlow) => (asked, null),
        (CapturePlace.Host, "") => (null, $"a host has no packets of its own: say {Sflow} or {NetFlow}, or capture on an interface"),
        (CapturePlace.Host, _) => (null, $"capture type {asked} doesn't fit a host: use {Sflow} or {NetFlow}"),
        (CapturePlace.Bridge, "" or OvsMirror) => (OvsMirror, null),
        (CapturePlace.Bridge, OvsSflow) => (OvsSflow, null),
        (CapturePlace.File, "" or File or Pcap) => (File, null),
        (CapturePlace.Device, OvsMirror or OvsSflow) => (null, $"capture type {asked} is for Open vSwitch bridges, and this is an interface: use pcap"),
        (CapturePlace.Bridge, _) => (null, $"capture type {asked} doesn't fit an Open vSwitch bridge: use {OvsMirror} or {OvsSflow}"),
        _ => (null, $"capture type {asked} isn't known: use {Pcap}, {OvsMirror}, {OvsSflow}, {Sflow} or {NetFlow}"),
    };
}
