namespace Agent.Node.Decoding;

/// <summary>
/// What WCCP redirects to a cache in GRE: version 2 has a header of four bytes before the IP packet (draft-mclaggan-wccp-v2rev1,
/// 4.12), version 1 has none; GRE's type is the same.
/// </summary>
internal static class WccpHeader
{
    private const int Length2 = 4;

    /// <summary>Where the IP packet begins: version 2's header begins with flags and a service, never as IP does.</summary>
    internal static int LengthIn(ReadOnlySpan<byte> data) => Ipv4Header.TryRead(data, out _) || data.Length <= Length2 ? 0 : Length2;
}
