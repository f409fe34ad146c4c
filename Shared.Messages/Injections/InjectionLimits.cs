namespace Shared.Messages.Injections;

/// <summary>How far an injection may go: the analyzer refuses what's more, the agent doesn't do it.</summary>
public static class InjectionLimits
{
    /// <summary>Injections that aren't over, on one host: each has a thread there.</summary>
    public const int MaxOpenOnHost = 32;

    /// <summary>Injections that aren't over, on all hosts.</summary>
    public const int MaxOpen = 256;

    /// <summary>Bytes of the packets of all injections that aren't over.</summary>
    public const int MaxOpenPcap = 128 << 20;

    /// <summary>Bytes of one injection's packets.</summary>
    public const int MaxPcap = 12 << 20;

    /// <summary>Packets of one injection, or rounds of its packets.</summary>
    public const ulong MaxCount = 1_000_000;

    /// <summary>Packets a second of one injection, where its interval doesn't make it less.</summary>
    public const int MaxRate = 10_000;

    /// <summary>Characters of a query.</summary>
    public const int MaxQuery = 4096;

    /// <summary>Characters of an address.</summary>
    public const int MaxAddress = 64;

    /// <summary>Bytes of the payload, in UTF-8: what fits into a packet.</summary>
    public const int MaxPayload = 65_000;
}
