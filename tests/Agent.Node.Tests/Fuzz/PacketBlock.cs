using Agent.Node.Flows;

namespace Agent.Node.Tests.Fuzz;

/// <summary>Packets that come together: in a block of memory, in another order there than they were captured in, with noise between them.</summary>
internal sealed class PacketBlock(PacketMutator mutator)
{
    internal const int MostPackets = 64;
    internal const int Longest = MostPackets * (PacketMutator.Longest + MostNoise);
    private const int MostNoise = 16;

    private readonly List<(byte[] Bytes, int OriginalLength, long Back)> _packets = [];
    private readonly byte[] _bytes = new byte[Longest];
    private readonly int[] _starts = new int[MostPackets];
    private int _wanted = 1 + mutator.Below(MostPackets);

    internal int Count => _packets.Count;

    internal bool IsFull => _packets.Count == _wanted;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <param name="packet">Copied.</param>
    /// <param name="originalLength">Its length on the wire.</param>
    /// <param name="back">How long before the others it says it was captured. The first is as late as any: it's the time now.</param>
    internal void Add(ReadOnlySpan<byte> packet, int originalLength, long back) => _packets.Add((packet.ToArray(), originalLength, _packets.Count == 0 ? 0 : back));

    /// <summary>The last packet laid ends with the block.</summary>
    internal ReadOnlySpan<byte> LayOut()
    {
        var length = 0;
        // From a packet of chance on, all around.
        var first = mutator.Below(Count);
        for (var i = 0; i < Count; i++)
        {
            var number = (first + i) % Count;
            var noise = _bytes.AsSpan(length, mutator.Below(MostNoise));
            foreach (ref var value in noise)
            {
                value = (byte)mutator.Below(256);
            }

            length += noise.Length;
            _starts[number] = length;
            _packets[number].Bytes.CopyTo(_bytes.AsSpan(length));
            length += _packets[number].Bytes.Length;
        }
        return _bytes.AsSpan(0, length);
    }

    internal PacketPlace[] Places(long time) => [.. _packets.Select((packet, i) => new PacketPlace(time - packet.Back, _starts[i], packet.Bytes.Length, packet.OriginalLength))];

    internal void Clear()
    {
        _packets.Clear();
        _wanted = 1 + mutator.Below(MostPackets);
    }
}
