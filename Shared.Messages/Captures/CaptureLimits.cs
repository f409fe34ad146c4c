namespace Shared.Messages.Captures;

/// <summary>How far a capture's options may go: the analyzer refuses what's more, the agent doesn't do it.</summary>
public static class CaptureLimits
{
    /// <summary>Packets kept of each flow: they go through the journal.</summary>
    public const uint MaxRawPackets = 100;

    /// <summary>Of packets, at most one in so many.</summary>
    public const uint MaxSamplingRate = 1_000_000;

    /// <summary>Bytes of the longest packet.</summary>
    public const uint MaxHeaderSize = 65535;

    /// <summary>An Ethernet header: with less there are no flows.</summary>
    public const uint MinHeaderSize = 14;
}
