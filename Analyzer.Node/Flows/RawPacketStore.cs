using Shared.Messages.Flows;

namespace Analyzer.Node.Flows;

/// <summary>
/// The raw packets of a partition's flows: each once, by its number in its flow. Bounded in bytes: the flows whose packets came
/// first lose theirs first. Changes in place; what it does depends on nothing but what it's given.
/// </summary>
internal sealed class RawPacketStore(long maxBytes)
{
    /// <summary>What a packet takes besides its bytes, roughly.</summary>
    private const int Overhead = 128;

    private readonly Dictionary<string, SortedList<long, RawPacket>> _byFlow = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _order = [];
    private readonly Dictionary<string, LinkedListNode<string>> _placeOf = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    public bool Has(RawPacket packet) => _byFlow.TryGetValue(packet.FlowUuid, out var packets) && packets.ContainsKey(packet.Index);

    public void Add(RawPacket packet)
    {
        if (!_byFlow.TryGetValue(packet.FlowUuid, out var packets))
        {
            _byFlow[packet.FlowUuid] = packets = [];
            _placeOf[packet.FlowUuid] = _order.AddLast(packet.FlowUuid);
        }

        if (!packets.TryAdd(packet.Index, packet))
        {
            return;
        }

        Bytes += SizeOf(packet);
        while (Bytes > maxBytes)
        {
            Remove(_order.First!.Value);
        }
    }

    public void Remove(string flowUuid)
    {
        if (!_byFlow.Remove(flowUuid, out var packets))
        {
            return;
        }

        foreach (var packet in packets.Values)
        {
            Bytes -= SizeOf(packet);
        }

        _placeOf.Remove(flowUuid, out var place);
        _order.Remove(place!);
    }

    /// <summary>The packets of these flows, each flow's in the order they were captured.</summary>
    public IEnumerable<RawPacket> Of(IEnumerable<string> flowUuids) =>
        flowUuids.Distinct(StringComparer.Ordinal).SelectMany(uuid => _byFlow.TryGetValue(uuid, out var packets) ? packets.Values : Enumerable.Empty<RawPacket>());

    /// <summary>All, those of the oldest flow first.</summary>
    public IEnumerable<RawPacket> All() => Of(_order);

    private static long SizeOf(RawPacket packet) => packet.Data.Length + Overhead;
}
