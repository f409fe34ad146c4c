using System.Net;
using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Shared.Messages.Captures;

namespace Agent.Node.Capture;

/// <summary>Where a capture's packets come from.</summary>
internal enum CaptureSource
{
    /// <summary>A network interface, live.</summary>
    Pcap,

    /// <summary>sFlow datagrams on a UDP port.</summary>
    Sflow,

    /// <summary>NetFlow 5, NetFlow 9 and IPFIX datagrams on a UDP port.</summary>
    NetFlow,

    /// <summary>A pcap or pcapng file.</summary>
    File,
}

/// <summary>One capture on one node, as the interface's actor asks for it. Which defaults apply is decided already.</summary>
internal sealed record CaptureSettings
{
    /// <summary>The capture's UUID: flows carry it.</summary>
    public required string CaptureId { get; init; }

    /// <summary>TID of the node captured on: flows carry it.</summary>
    public required string NodeTid { get; init; }

    /// <summary>This host's name.</summary>
    public required string Host { get; init; }

    public required CaptureSource Source { get; init; }

    /// <summary>W3C trace context of the request the capture came from; empty without one.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>Name of the interface to open; empty unless <see cref="CaptureSource.Pcap"/>.</summary>
    public string Device { get; init; } = "";

    /// <summary>File of the network namespace the interface is in; null: the agent's own.</summary>
    public string? NamespacePath { get; init; }

    /// <summary>Address and UDP port to receive sFlow or NetFlow on.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    public int ListenPort { get; init; }

    /// <summary>Networks whose datagrams are taken; empty: all.</summary>
    public IReadOnlyList<IPNetwork> ListenFrom { get; init; } = [];

    /// <summary>The file to read.</summary>
    public string FilePath { get; init; } = "";

    /// <summary>As libpcap takes it; empty: all packets.</summary>
    public string BpfFilter { get; init; } = "";

    /// <summary>Bytes kept of each packet.</summary>
    public int SnapLength { get; init; } = (int)CaptureLimits.MaxHeaderSize;

    /// <summary>Bytes of the kernel's ring.</summary>
    public int BufferSize { get; init; } = 16 << 20;

    /// <summary>"L2" or "L3".</summary>
    public string LayerKeyMode { get; init; } = "L2";

    public bool ExtraTcpMetric { get; init; }

    public bool IpDefrag { get; init; }

    /// <summary>Count a packet once that comes again, byte for byte, at once: as of a port that mirrors both directions.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Packets kept raw per flow.</summary>
    public int RawPacketLimit { get; init; }

    /// <summary>One packet in n is seen; 1: all.</summary>
    public int SamplingRate { get; init; } = 1;

    /// <summary>How often a flow's counters are told.</summary>
    public TimeSpan UpdateEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without a packet for this long a flow is over.</summary>
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for flows of some applications, by name.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; } = Flows.Applications.ApplicationTimeouts.Default;

    /// <summary>What ports say of a flow's application.</summary>
    public ApplicationPorts ApplicationPorts { get; init; } = ApplicationPorts.Default;

    /// <summary>Recognize applications by what packets carry.</summary>
    public bool ApplicationsByContent { get; init; } = true;

    /// <summary>How often the capture tells its own counters.</summary>
    public TimeSpan StatisticsEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Flows in the capture's table.</summary>
    public int MaxEntries { get; init; } = 500_000;

    /// <summary>Flows in each tunnel's table.</summary>
    public int MaxTunnelEntries { get; init; } = 100_000;

    /// <summary>Tunnels below the capture.</summary>
    public int MaxTunnels { get; init; } = 1024;

    public int MaxTunnelDepth { get; init; } = 8;

    /// <summary>How tunnels are recognised.</summary>
    public TunnelPorts TunnelPorts { get; init; } = TunnelPorts.Default;
}
