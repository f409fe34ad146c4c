using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>A provider backbone's I-TAG (IEEE 802.1Q, 9.7; once 802.1ah): the service instance, and the customer's frame but for its tag protocol.</summary>
internal readonly ref struct ServiceInstanceTag
{
    internal const int Length = 18;
    private const uint ServiceMask = 0xffffff;
    private const int FrameOffset = 4;

    private ServiceInstanceTag(uint service, scoped in EthernetHeader frame)
    {
        Service = service;
        Source = frame.Source;
        Destination = frame.Destination;
        Type = frame.Type;
    }

    /// <summary>The I-SID: 24 bits.</summary>
    internal uint Service { get; }

    internal ulong Source { get; }

    internal ulong Destination { get; }

    internal ushort Type { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out ServiceInstanceTag tag)
    {
        if (data.Length < Length || !EthernetHeader.TryRead(data[FrameOffset..], out var frame))
        {
            tag = default;
            return false;
        }
        tag = new ServiceInstanceTag(BinaryPrimitives.ReadUInt32BigEndian(data) & ServiceMask, frame);
        return true;
    }
}
