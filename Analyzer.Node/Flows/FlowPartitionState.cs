using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>What a flows entity keeps, and for how long.</summary>
/// <param name="Retention">Time after its last update for which a flow can be queried, by the analyzer's clock: what packets and agents say of the time doesn't count.</param>
/// <param name="MaxFlows">Flows kept at most; the longest unseen go first.</param>
/// <param name="MaxRawBytes">Bytes of raw packets kept at most.</param>
internal sealed record FlowLimits(TimeSpan Retention, int MaxFlows, long MaxRawBytes = FlowLimits.DefaultMaxRawBytes)
{
    /// <summary>With all partitions' at their most, a quarter of a GiB; half of what fits into one message.</summary>
    public const long DefaultMaxRawBytes = 16 << 20;
}

/// <summary>
/// The newest state of each flow of a partition. Private to one actor; what it decides depends on nothing else. It changes in
/// place: a partition may hold hundreds of thousands of flows.
/// </summary>
internal sealed class FlowPartitionState(FlowLimits limits)
{
    /// <summary>Flows of a block of a snapshot.</summary>
    private const int RowsOfPart = 4096;

    public FlowTable Table { get; } = new();

    public RawPacketStore RawPackets { get; } = new(limits.MaxRawBytes);

    public int Count => Table.Count;

    /// <summary>Whether anything told is news.</summary>
    public bool IsNews(FlowRows rows, IReadOnlyList<RawPacket> rawPackets)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (Table.IsNews(rows[i], rows.Texts, rows.DetailsOf(i)))
            {
                return true;
            }
        }

        return rawPackets.Any(packet => packet.FlowUuid.Length > 0 && !RawPackets.Has(packet));
    }

    /// <summary>Which flows are past their retention or over the limit; null when none is.</summary>
    public FlowsExpired? DecideExpiry(long at)
    {
        var horizon = at - (long)limits.Retention.TotalMilliseconds;
        var expired = new FlowsExpired { At = at };
        var over = Count - limits.MaxFlows;
        for (var number = Table.Oldest; number >= 0 && (over > expired.Uuids.Count || Table[number].StoredAt < horizon); number = Table.NextByAge(number))
        {
            expired.Uuids.Add(FlowForms.Id(Table[number].Row.Uuid));
            expired.Until = Table[number].StoredAt;
        }

        return expired.Uuids.Count > 0 ? expired : null;
    }

    public void Apply(FlowsUpdated updated)
    {
        var blocks = updated.Blocks.Select(block => FlowBlock.Read(block.Span));
        Apply(updated.Flows.Count == 0 ? blocks : blocks.Append(Rows(updated.Flows)), updated);
    }

    /// <summary>The same where the blocks have been read.</summary>
    public void Apply(IEnumerable<FlowRows> blocks, FlowsUpdated updated)
    {
        foreach (var rows in blocks)
        {
            Table.Apply(rows, updated.At);
        }

        foreach (var packet in updated.RawPackets)
        {
            RawPackets.Add(packet);
        }
    }

    public void Apply(FlowsExpired expired)
    {
        foreach (var number in Table.Leaving(expired))
        {
            RawPackets.Remove(FlowForms.Id(Table[number].Row.Uuid));
            Table.Remove(number);
        }
    }

    public void Apply(FlowsState snapshot)
    {
        foreach (var flow in snapshot.Flows.OrderBy(StoredAt))
        {
            Table.Apply(Rows([flow]), StoredAt(flow));
        }

        foreach (var part in snapshot.Parts)
        {
            Apply(part);
        }

        foreach (var packet in snapshot.RawPackets)
        {
            RawPackets.Add(packet);
        }

        long StoredAt(Flow flow) => snapshot.StoredAt.TryGetValue(flow.Uuid, out var at) ? at : flow.Last;
    }

    public FlowsState ToSnapshot()
    {
        var snapshot = new FlowsState();
        var rows = new FlowRows(Math.Min(Count + 1, RowsOfPart));
        FlowsStatePart? part = null;
        TextMap? texts = null;
        long before = 0;
        for (var number = Table.Oldest; number >= 0; number = Table.NextByAge(number))
        {
            ref readonly var entry = ref Table[number];
            part ??= new FlowsStatePart();
            rows.Add(entry.Row, texts ??= new TextMap(Table.Texts, rows.Texts), Table.DetailsOf(number));
            part.StoredAfter.Add(entry.StoredAt - before);
            before = entry.StoredAt;
            entry.Update.AddTo(part.Updates, entry.Row);
            if (rows.Count == RowsOfPart)
            {
                Close();
            }
        }

        Close();
        snapshot.RawPackets.AddRange(RawPackets.All());
        return snapshot;

        void Close()
        {
            if (part is not null)
            {
                part.Block = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(FlowBlock.Write(rows));
                snapshot.Parts.Add(part);
                rows.Clear();
                (part, texts, before) = (null, null, 0);
            }
        }
    }

    private void Apply(FlowsStatePart part)
    {
        var rows = FlowBlock.Read(part.Block.Span);
        var storedAt = new List<long>(rows.Count);
        long at = 0;
        foreach (var after in part.StoredAfter)
        {
            storedAt.Add(at += after);
        }

        Table.Restore(rows, storedAt, FlowUpdate.Read(part.Updates, rows));
        rows.GiveBack();
    }

    private static FlowRows Rows(IReadOnlyCollection<Flow> flows)
    {
        var rows = new FlowRows(Math.Max(flows.Count, 1));
        foreach (var flow in flows)
        {
            rows.Add(flow);
        }

        return rows;
    }
}
