using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>How a flow engine tells, keeps and reports flows.</summary>
internal sealed record FlowOptions
{
    /// <summary>How long after a packet its duplicate comes at most, where nobody says it: far less than what's sent again for want of an answer.</summary>
    internal static readonly TimeSpan DuplicatesCome = TimeSpan.FromMilliseconds(10);

    /// <summary>Which layers tell flows apart.</summary>
    public LayerKeyMode KeyMode { get; init; } = LayerKeyMode.L2;

    /// <summary>UDP ports that lead into tunnels.</summary>
    public TunnelPorts Ports { get; init; } = TunnelPorts.Default;

    /// <summary>Flows kept at most; one more evicts the least recently used.</summary>
    public int MaxEntries { get; init; } = 500_000;

    /// <summary>Tunnels in tunnels that are followed; what lies deeper counts as the innermost tunnel's payload.</summary>
    public int MaxTunnelDepth { get; init; } = 8;

    /// <summary>Report flows while they go on, too, and not only when they leave.</summary>
    public bool ReportUpdates { get; init; } = true;

    /// <summary>A changed flow is reported this often.</summary>
    public TimeSpan UpdateEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A new flow is reported for the first time after this.</summary>
    public TimeSpan FirstUpdateAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A flow without packets for this long has ended.</summary>
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for flows of some applications, by name.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; } = Applications.ApplicationTimeouts.Default;

    /// <summary>Recognize applications by what packets carry, and keep what that says of names and addresses.</summary>
    public bool ApplicationsByContent { get; init; } = true;

    /// <summary>A flow closed by FIN or RST stays this long where there's room, for packets still on their way and those sent again (RFC 9293, 3.6.1: twice a segment's lifetime, which is a minute on Linux).</summary>
    public TimeSpan ClosedLinger { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Put fragmented IP packets together before deciding their flow.</summary>
    public bool Defragment { get; init; }

    /// <summary>Count a packet once that comes again, byte for byte, within this time; 0: as often as it comes.</summary>
    public TimeSpan DeduplicateWithin { get; init; }

    /// <summary>Follow the sequence numbers of TCP connections.</summary>
    public bool ExtraTcpMetric { get; init; }

    /// <summary>Bytes of beginnings of streams that may be put in order at once.</summary>
    public long StreamCapacity { get; init; } = 4 << 20;

    /// <summary>Packets of each flow that are kept as captured.</summary>
    public int RawPacketLimit { get; init; }

    /// <summary>Bytes of packets kept that may wait for their flows' next reports.</summary>
    public long RawPacketCapacity { get; init; } = 8 << 20;
}

/// <summary>Which layers tell flows apart.</summary>
internal enum LayerKeyMode
{
    /// <summary>All of them: the same addresses behind other MAC addresses or VLANs are another flow.</summary>
    L2,

    /// <summary>From the network layer on, where there is one.</summary>
    L3,
}
