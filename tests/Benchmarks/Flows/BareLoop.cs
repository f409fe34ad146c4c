using System.Buffers.Binary;

namespace Benchmarks.Flows;

/// <summary>What a minimal program does with the same packets: read the outer 5-tuple at fixed places, hash it, count it in a table.</summary>
internal sealed class BareLoop
{
    private const int Ip = 14;
    private readonly Entry[] _table = new Entry[1 << 18];

    internal void Run(SyntheticCapture capture, int packets)
    {
        var mask = _table.Length - 1;
        for (var i = 0; i < packets; i++)
        {
            var packet = capture[i % capture.Count];
            var source = BinaryPrimitives.ReadUInt32BigEndian(packet[(Ip + 12)..]);
            var destination = BinaryPrimitives.ReadUInt32BigEndian(packet[(Ip + 16)..]);
            var ports = BinaryPrimitives.ReadUInt32BigEndian(packet[(Ip + 20)..]);
            var key = ((ulong)source << 32) | destination;
            var hash = (key ^ ports ^ ((ulong)packet[Ip + 9] << 56)) * 0x9e3779b97f4a7c15;
            for (var at = (int)(hash >> 40) & mask; ; at = (at + 1) & mask)
            {
                ref var entry = ref _table[at];
                if (entry.Packets != 0 && (entry.Key != key || entry.Ports != ports))
                {
                    continue;
                }

                entry.Key = key;
                entry.Ports = ports;
                entry.Packets++;
                entry.Bytes += packet.Length;
                break;
            }
        }
    }

    private struct Entry
    {
        internal ulong Key;
        internal uint Ports;
        internal int Packets;
        internal long Bytes;
    }
}
