namespace Agent.Node.Decoding;

/// <summary>Cisco's FabricPath: a frame between switches whose type is followed by a tree and a time to live, then by the hosts' own frame.</summary>
internal readonly ref struct FabricPathTag
{
    internal const int Length = 16;
    private const int FrameOffset = 2;

    private FabricPathTag(scoped in EthernetHeader frame)
    {
        Source = frame.Source;
        Destination = frame.Destination;
        Type = frame.Type;
    }

    internal ulong Source { get; }

    internal ulong Destination { get; }

    internal ushort Type { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out FabricPathTag tag)
    {
        if (data.Length < Length || !EthernetHeader.TryRead(data[FrameOffset..], out var frame))
        {
            tag = default;
            return false;
        }
        tag = new FabricPathTag(frame);
        return true;
    }
}
