namespace Agent.Node.Decoding;

/// <summary>EtherIP (RFC 3378, 3): a version, and an Ethernet frame behind it.</summary>
internal static class EtherIpHeader
{
    internal const int Length = 2;
    private const byte Version = 0x30;

    /// <summary>The version is 3, and all other bits are reserved.</summary>
    internal static bool IsIn(ReadOnlySpan<byte> data) => data.Length >= Length && data[0] == Version && data[1] == 0;
}
