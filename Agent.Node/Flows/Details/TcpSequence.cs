namespace Agent.Node.Flows.Details;

/// <summary>Sequence numbers, which start anew after 2^32 (RFC 9293, 3.4): right as long as both are less than half of that apart.</summary>
internal static class TcpSequence
{
    /// <summary>Numbers from one to the other: below 0 when <paramref name="to"/> comes first.</summary>
    internal static int Distance(uint from, uint to) => unchecked((int)(to - from));

    internal static uint Add(uint sequence, int numbers) => unchecked(sequence + (uint)numbers);

    internal static uint Earlier(uint one, uint other) => Distance(one, other) < 0 ? other : one;

    internal static uint Later(uint one, uint other) => Distance(one, other) < 0 ? one : other;
}
