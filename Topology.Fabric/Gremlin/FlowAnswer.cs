using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Topology.Fabric.Gremlin;

/// <summary>Raw packets have more bytes than was said they may have.</summary>
internal sealed class PacketsTooLargeException : Exception;

/// <summary>Puts together what the partitions answer.</summary>
internal static class FlowAnswer
{
    /// <summary>The rows of a part; it may have none.</summary>
    /// <exception cref="InvalidDataException">They can't be read.</exception>
    public static (PartFields Fields, int Count) RowsOf(FlowsPart part)
    {
        var rows = part.Block.IsEmpty ? new FlowRows(1) : FlowBlock.Read(part.Block.Span);
        return (new PartFields(rows, FlowUpdate.Read(part.Updates, rows)), rows.Count);
    }

    /// <summary>The values of a part.</summary>
    public static IEnumerable<MetaValue> ValuesOf(FlowsPart part) => part.Values.Select(GraphProtocol.ToModel);

    /// <summary>What all parts say.</summary>
    /// <exception cref="GremlinException">There's more of it than a step may result in.</exception>
    public static async Task<Traversal> GatherAsync(FlowQuestion question, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var plan = question.Plan;
        switch (plan.Result)
        {
            case FlowResult.Count:
                return new ValueTraversal(await CountAsync(parts, stop).ConfigureAwait(false));
            case FlowResult.Sum:
                return new ValueTraversal((await SumAsync(parts, stop).ConfigureAwait(false)).Value);
            case FlowResult.Values:
                return new ValuesTraversal(await ListAsync(plan, Each(parts, ValuesOf, stop)).ConfigureAwait(false));
            case FlowResult.Keys or FlowResult.DistinctValues:
                return new ValuesTraversal([.. (await DistinctAsync(plan, parts, stop).ConfigureAwait(false)).Values]);
            case FlowResult.DistinctCount:
                var (unlike, lacking) = await DistinctAsync(plan, parts, stop).ConfigureAwait(false);
                return new ValueTraversal(unlike.Count + lacking);
            case FlowResult.Packets:
                return new RawPacketsTraversal(await PacketsAsync(parts, long.MaxValue, stop).ConfigureAwait(false));
            case FlowResult.Totals:
                var totals = await GroupsAsync(plan, parts, stop).ConfigureAwait(false);
                return new ValueTraversal(Metadata.Create(totals.Select(total => (total.Key, (MetaValue)new Common.Total { Integers = total.Value.Sum }.Value))));
            case FlowResult.GroupCounts or FlowResult.GroupSums:
                var isCount = plan.Result == FlowResult.GroupCounts;
                var groups = (await GroupsAsync(plan, parts, stop).ConfigureAwait(false)).Where(group => group.Value.Count > plan.MoreThan);
                return FlowSteps.ByName(groups.Select(group => (group.Key, isCount ? group.Value.Count : new Common.Total { Integers = group.Value.Sum }.Value)));
            default:
                return await FlowsAsync(question, parts, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Flows that come in their order, those of them that are wanted.</summary>
    public static async IAsyncEnumerable<PartRow> CutAsync(FlowPlan plan, IAsyncEnumerable<PartRow> rows, [EnumeratorCancellation] CancellationToken stop)
    {
        if (plan.Limit <= plan.Skip)
        {
            yield break;
        }

        var seen = plan.Dedup is null ? null : new HashSet<MetaValue>();
        var taken = 0L;
        await foreach (var row in rows.WithCancellation(stop).ConfigureAwait(false))
        {
            if (seen is not null && DedupKey(row.Fields, plan.Dedup!) is { Kind: not MetaKind.Null } key)
            {
                if (!seen.Add(key))
                {
                    continue;
                }

                if (seen.Count > Run.MostElements)
                {
                    throw Run.TooMany(plan.Step);
                }
            }

            if (++taken > plan.Skip)
            {
                yield return row;
            }

            if (taken == plan.Limit)
            {
                yield break;
            }
        }
    }

    /// <summary>What flows that are alike in these fields have in common; null: it has none of them.</summary>
    public static MetaValue DedupKey(RowFields fields, IReadOnlyList<string> keys)
    {
        if (keys.Count == 1)
        {
            return fields.TryGet(keys[0], out var one) ? one : default;
        }

        var values = Metadata.Create(keys.Select(key => (key, Found: fields.TryGet(key, out var value), value)).Where(value => value.Found).Select(value => (value.key, value.value)));
        return values.Count == 0 ? default : (MetaValue)values;
    }

    /// <summary>Flows that come in their order, as messages.</summary>
    public static async Task<Traversal> FlowsAsync(FlowQuestion question, IAsyncEnumerable<PartRow> rows, CancellationToken stop)
    {
        var flows = new List<Flow>();
        await foreach (var row in rows.WithCancellation(stop).ConfigureAwait(false))
        {
            if (flows.Count == Run.MostElements)
            {
                throw Run.TooMany(question.Plan.Step);
            }

            flows.Add(row.Fields.Flow);
        }

        return new FlowsTraversal(question.Of.Graph, flows);
    }

    /// <summary>Raw packets, those that came in pieces in one.</summary>
    /// <param name="parts">What comes of one flow comes together.</param>
    /// <param name="mostBytes">Of packets at most.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="PacketsTooLargeException">There are more.</exception>
    public static async Task<IReadOnlyList<RawPacket>> PacketsAsync(IAsyncEnumerable<FlowsPart> parts, long mostBytes, CancellationToken stop)
    {
        var packets = new List<RawPacket>();
        await foreach (var packet in EachPacketAsync(parts, stop).ConfigureAwait(false))
        {
            mostBytes -= packet.Data.Length;
            if (mostBytes < 0)
            {
                throw new PacketsTooLargeException();
            }

            packets.Add(packet);
        }

        // By flow, as they're kept: partitions answer in turns.
        return [.. packets.GroupBy(packet => packet.FlowUuid, StringComparer.Ordinal).SelectMany(flow => flow)];
    }

    /// <summary>Raw packets as they come, those that came in pieces in one.</summary>
    public static async IAsyncEnumerable<RawPacket> EachPacketAsync(IAsyncEnumerable<FlowsPart> parts, [EnumeratorCancellation] CancellationToken stop)
    {
        var begun = new Dictionary<int, RawPacket>();
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            for (var i = 0; i < part.RawPackets.Count; i++)
            {
                var packet = part.RawPackets[i];
                if (begun.Remove(part.Query, out var beginning))
                {
                    packet.Data = ByteString.CopyFrom([.. beginning.Data.Span, .. packet.Data.Span]);
                }

                if (part.Continues && i == part.RawPackets.Count - 1)
                {
                    begun[part.Query] = packet;
                }
                else
                {
                    yield return packet;
                }
            }
        }
    }

    private static async Task<(HashSet<MetaValue> Values, long Count)> DistinctAsync(FlowPlan plan, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var values = new HashSet<MetaValue>();
        long count = 0;
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            count += part.Count;
            values.UnionWith(ValuesOf(part));
            if (values.Count > Run.MostElements)
            {
                throw Run.TooMany(plan.Step);
            }
        }

        return (values, count);
    }

    // Of totals, the time they cover reaches from the first start to the last end.
    private static async Task<Dictionary<string, (long Count, Int128 Sum)>> GroupsAsync(FlowPlan plan, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var groups = new Dictionary<string, (long Count, Int128 Sum)>(StringComparer.Ordinal);
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            foreach (var group in part.Groups)
            {
                var told = group.Sum;
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, group.Name, out var isKnown);
                known = (known.Count + group.Count, (plan.Result, group.Name) switch
                {
                    (FlowResult.Totals, "Start") => isKnown ? Int128.Min(known.Sum, told) : told,
                    (FlowResult.Totals, "Last") => isKnown ? Int128.Max(known.Sum, told) : told,
                    _ => known.Sum + told,
                });
            }

            if (groups.Count > Run.MostElements)
            {
                throw Run.TooMany(plan.Step);
            }
        }

        return groups;
    }

    private static async Task<long> CountAsync(IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        long count = 0;
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            count += part.Count;
        }

        return count;
    }

    private static async Task<Common.Total> SumAsync(IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var sum = default(Common.Total);
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            sum.Integers += part.Sum;
        }

        return sum;
    }

    private static async Task<Traversal> FlowsAsync(FlowQuestion question, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var order = new FlowOrder(question.Plan);
        var ranked = await ListAsync(question.Plan, Each(parts, part => Ranked(part, order), stop)).ConfigureAwait(false);
        ranked.Sort((one, other) => order.Compare(one.Rank, other.Rank));
        return new FlowsTraversal(question.Of.Graph, [.. ranked.Select(flow =>
        {
            flow.Part.MoveTo(flow.Index);
            return flow.Part.Flow;
        })]);
    }

    private static IEnumerable<(FlowRank Rank, PartFields Part, int Index)> Ranked(FlowsPart part, FlowOrder order)
    {
        var (fields, count) = RowsOf(part);
        for (var i = 0; i < count; i++)
        {
            fields.MoveTo(i);
            yield return (order.RankOf(fields.Row, fields), fields, i);
        }
    }

    private static async IAsyncEnumerable<T> Each<T>(IAsyncEnumerable<FlowsPart> parts, Func<FlowsPart, IEnumerable<T>> items, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
        {
            foreach (var item in items(part))
            {
                yield return item;
            }
        }
    }

    private static async Task<List<T>> ListAsync<T>(FlowPlan plan, IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items.ConfigureAwait(false))
        {
            if (list.Count == Run.MostElements)
            {
                throw Run.TooMany(plan.Step);
            }

            list.Add(item);
        }

        return list;
    }
}
