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

    /// <summary>Captures there may be.</summary>
    public const int MaxCaptures = 1000;

    /// <summary>Captures on one node: its metadata tells of each.</summary>
    public const int MaxOnNode = 32;

    /// <summary>Captures on all nodes of a host together.</summary>
    public const int MaxOnHost = 4096;

    /// <summary>Characters of a capture's query.</summary>
    public const int MaxQuery = 4096;

    /// <summary>Characters of a capture's filter.</summary>
    public const int MaxFilter = 1024;

    /// <summary>Characters of a capture's name.</summary>
    public const int MaxName = 128;

    /// <summary>Characters of a capture's description.</summary>
    public const int MaxDescription = 1024;

    /// <summary>An Ethernet header: with less there are no flows.</summary>
    public const uint MinHeaderSize = 14;
}
