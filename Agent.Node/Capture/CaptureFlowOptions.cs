using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>A capture's settings as those of its flow tables.</summary>
internal static class CaptureFlowOptions
{
    /// <summary>For the packets as they are on the interface.</summary>
    internal static FlowOptions Outside(CaptureSettings settings) => Of(settings, settings.MaxEntries, 8 << 20) with
    {
        DeduplicateWithin = settings.Deduplicate ? FlowOptions.DuplicatesCome : TimeSpan.Zero,
    };

    /// <summary>For what a tunnel carries.</summary>
    internal static FlowOptions Inside(CaptureSettings settings) => Of(settings, settings.MaxTunnelEntries, 256 << 10) with { StreamCapacity = 256 << 10 };

    /// <summary>Who sees the flows outside any tunnel.</summary>
    internal static FlowOrigin Origin(CaptureSettings settings) =>
        new(settings.Host, settings.NodeTid, settings.CaptureId) { ApplicationPorts = settings.ApplicationPorts };

    private static FlowOptions Of(CaptureSettings settings, int maxEntries, long rawPacketCapacity) => new()
    {
        KeyMode = KeyMode(settings.LayerKeyMode),
        Ports = settings.TunnelPorts,
        MaxEntries = maxEntries,
        MaxTunnelDepth = settings.MaxTunnelDepth,
        UpdateEvery = settings.UpdateEvery,
        FirstUpdateAfter = Min(TimeSpan.FromSeconds(1), settings.UpdateEvery),
        ExpireAfter = settings.ExpireAfter,
        ApplicationTimeouts = settings.ApplicationTimeouts,
        ApplicationsByContent = settings.ApplicationsByContent,
        Defragment = settings.IpDefrag,
        ExtraTcpMetric = settings.ExtraTcpMetric,
        RawPacketLimit = settings.RawPacketLimit,
        RawPacketCapacity = rawPacketCapacity,
    };

    private static LayerKeyMode KeyMode(string name) => name switch
    {
        "" or "L2" => LayerKeyMode.L2,
        "L3" => LayerKeyMode.L3,
        _ => throw new CaptureException($"layer key mode \"{name}\" is neither L2 nor L3"),
    };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
