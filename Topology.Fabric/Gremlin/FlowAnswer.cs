using System.Runtime.CompilerServices;
using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Topology.Fabric.Gremlin;

/// <summary>Flows or values as they come, in any order: the query's result, not gathered. Once.</summary>
internal sealed record StreamTraversal(IAsyncEnumerable<FlowsPart> Parts) : Traversal;

/// <summary>Flows that came as rows, in their order.</summary>
internal sealed record RowsTraversal(IReadOnlyList<(PartFields Part, int Index)> Rows) : Traversal;

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
    public static async Task<Traversal> GatherAsync(FlowQuestion question, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop) => question.Plan.Result switch
    {
        FlowResult.Count => new ValueTraversal(await CountAsync(parts, stop).ConfigureAwait(false)),
        FlowResult.Sum => new ValueTraversal((await SumAsync(parts, stop).ConfigureAwait(false)).Value),
        FlowResult.Values => new ValuesTraversal(await ListAsync(question.Plan, Each(parts, ValuesOf, stop)).ConfigureAwait(false)),
        FlowResult.Keys => new ValuesTraversal([.. (await ListAsync(question.Plan, Each(parts, ValuesOf, stop)).ConfigureAwait(false)).Distinct()]),
        FlowResult.Packets => new RawPacketsTraversal(await PacketsAsync(parts, stop).ConfigureAwait(false)),
        _ => await FlowsAsync(question, parts, stop).ConfigureAwait(false),
    };

    /// <summary>Raw packets, those that came in pieces in one.</summary>
    public static async Task<IReadOnlyList<RawPacket>> PacketsAsync(IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var packets = new List<RawPacket>();
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
                    packets.Add(packet);
                }
            }
        }

        // By flow, as they're kept: partitions answer in turns.
        return [.. packets.GroupBy(packet => packet.FlowUuid, StringComparer.Ordinal).SelectMany(flow => flow)];
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
            sum.Integers += new Int128((ulong)part.SumHigh, part.SumLow);
        }

        return sum;
    }

    private static async Task<Traversal> FlowsAsync(FlowQuestion question, IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        var order = new FlowOrder(question.Plan);
        var ranked = await ListAsync(question.Plan, Each(parts, part => Ranked(part, order), stop)).ConfigureAwait(false);
        ranked.Sort((one, other) => order.Compare(one.Rank, other.Rank));
        var wanted = question.Plan.Limit is { } limit ? ranked.Take(limit).Skip(question.Plan.Skip) : ranked;
        if (question.IsLast)
        {
            return new RowsTraversal([.. wanted.Select(flow => (flow.Part, flow.Index))]);
        }

        return new FlowsTraversal(question.Of.Graph, [.. wanted.Select(flow =>
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
