using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akka.Actor;
using Analyzer.Node.Flows;
using Analyzer.Node.Queries;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Queries;

/// <summary>Queries of flows entities beside the same steps over all flows as messages.</summary>
public sealed class FlowQueryTests : EntityTest
{
    private const int Partitions = 3;
    private static readonly FlowsEntitySettings Settings = new(new FlowLimits(TimeSpan.FromHours(1), 100_000), 1000, TimeSpan.FromHours(1));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_partitions_answer_is_what_the_steps_say_of_all_flows(int seed)
    {
        var random = new Random(seed);
        var (source, flows) = Store(random, count: 400);
        var reference = new FlowList([.. flows.OrderByDescending(flow => flow.Last).ThenBy(flow => flow.Uuid, StringComparer.Ordinal)], Packets(flows));
        var graph = NodesWith(RandomFlows.Nodes);
        var queries = new RandomQueries(random);
        for (var i = 0; i < 700; i++)
        {
            var text = queries.Next(random.Next(4) switch
            {
                0 => "G.V().Has('TID', 'tid-1').Flows()",
                1 => $"G.V().Flows('Application', 'DNS')",
                _ => "G.Flows()",
            });
            (await AnswerAsync(text, graph, source)).ShouldBe(await AnswerAsync(text, graph, reference), $"{text}, seed {seed}");
        }
    }

    // What has no order is compared without one; an error by what it says.
    private static async Task<string> AnswerAsync(string text, Graph graph, IFlowSource source)
    {
        try
        {
            var result = await GremlinQuery.Parse(text).RunAsync(graph, source, CancellationToken.None);
            var json = JsonNode.Parse((await JsonAsync(result)).Span)!;
            var isOrdered = text.Contains(".Limit(", StringComparison.Ordinal) || text.Contains(".Range(", StringComparison.Ordinal) || text.Contains(".Sort(", StringComparison.Ordinal);
            return json is JsonArray items && !(isOrdered && !text.Contains("Keys()", StringComparison.Ordinal))
                ? string.Join('\n', items.SelectMany(Items).Order(StringComparer.Ordinal))
                : json is JsonArray { Count: 1 } packets && text.EndsWith("RawPackets()", StringComparison.Ordinal) ? string.Join('\n', Items(packets[0]).Order(StringComparer.Ordinal)) : json.ToJsonString();
        }
        catch (GremlinException e)
        {
            return $"{e.Column}: {e.Reason.Split('\'')[0]}";
        }

        static IEnumerable<string> Items(JsonNode? item) => item is JsonObject byKey && !byKey.ContainsKey("UUID") && !byKey.ContainsKey("ID")
            ? byKey.Select(member => $"{member.Key}: {member.Value?.ToJsonString()}")
            : [item?.ToJsonString() ?? "null"];
    }

    private static async Task<ReadOnlyMemory<byte>> JsonAsync(Traversal result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer, GraphJson.WriterOptions);
        if (result is StreamTraversal stream)
        {
            await foreach (var _ in StreamJson.WriteAsync(json, stream, CancellationToken.None))
            {
            }
        }
        else
        {
            TraversalJson.Write(json, result);
        }

        await json.FlushAsync();
        return buffer.WrittenMemory;
    }

    private (PartitionedFlowSource Source, List<Flow> Flows) Store(Random random, int count)
    {
        var make = new RandomFlows(random);
        var flows = Enumerable.Range(0, count).Select(_ => make.Next()).ToList();
        var entities = Enumerable.Range(0, Partitions).Select(partition => Sys.ActorOf(FlowsEntity.Props(partition, Settings))).ToList();
        Tell(entities, flows, []);
        var later = flows.Select(flow => random.Next(3) == 0 ? make.Later(flow) : flow).ToList();
        Tell(entities, later, Packets(later));
        var source = new PartitionedFlowSource(Sys, Sys.ActorOf(FlowsRegion.Props(entities)), Partitions, TimeSpan.FromSeconds(60));
        // As the entities see them: their table knows what the last update added.
        var table = new FlowTable();
        table.Apply(TestFlows.Rows(flows), 0);
        table.Apply(TestFlows.Rows(later), 1);
        return (source, [.. Enumerable.Range(0, table.End).Select(table.ToFlow)]);
    }

    private static List<RawPacket> Packets(List<Flow> flows) =>
        [.. flows.SelectMany(flow => Enumerable.Range(1, (int)flow.RawPacketsCaptured).Select(i => new RawPacket { FlowUuid = flow.Uuid, Index = i, TimeNs = i }))];

    private void Tell(List<IActorRef> entities, List<Flow> flows, List<RawPacket> packets)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var own = flows.Where(flow => FlowPartition.Of(flow.L3TrackingId, Partitions) == partition).ToList();
            var uuids = own.Select(flow => flow.Uuid).ToHashSet();
            var update = TestFlows.Update(own);
            update.RawPackets.AddRange(packets.Where(packet => uuids.Contains(packet.FlowUuid)));
            entities[partition].Tell(update, TestActor);
            ExpectMsg<FlowsStored>();
        }
    }

    private static Graph NodesWith(string[] tids)
    {
        var builder = Graph.Empty.ToBuilder();
        foreach (var tid in tids)
        {
            builder.Set(new TopologyNode { Id = "node-" + tid, Metadata = Metadata.Create(("Name", tid), ("TID", tid)) });
        }

        return builder.ToGraph();
    }
}
