namespace Agent.Node.Flows;

/// <summary>Where in a block of memory a packet lies, and what isn't in its bytes.</summary>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Start">Of its bytes in the block.</param>
/// <param name="Length">Bytes captured of it.</param>
/// <param name="OriginalLength">Its length on the wire.</param>
internal readonly record struct PacketPlace(long Time, int Start, int Length, int OriginalLength);
