using System.Text;
using System.Text.Json;
using Agent.Node.Topology;
using Akka.Actor;
using Shared.Messages.Configuration;
using Topology.Fabric.Json;

namespace Agent.Node.Host;

/// <summary>Command `topology`: what the probes see of this host, as JSON, without a cluster.</summary>
internal static class TopologyPrinter
{
    // The first dumps take milliseconds, a busy machine longer to start threads.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>Waits until the graph hasn't changed for a moment, and gives it.</summary>
    public static async Task<string> PrintAsync(AgentOptions options, CancellationToken stop)
    {
        var system = ActorSystem.Create("skydive-topology", "akka.loglevel = WARNING");
        var graph = new TaskCompletionSource<HostGraph>(TaskCreationOptions.RunContinuationsAsynchronously);
        var topology = system.ActorOf(
            TopologyActor.Props(HostActor.Facts(options), options.Topology.UpdateEvery, HostActor.Probes(options.Topology)), "topology");
        system.ActorOf(Props.Create(() => new Settling(topology, Settled, found => graph.TrySetResult(found))));
        var settled = await graph.Task.WaitAsync(stop).ConfigureAwait(false);
        await system.Terminate().ConfigureAwait(false);
        return ToJson(settled);
    }

    private static string ToJson(HostGraph graph)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("Nodes");
            foreach (var node in graph.Graph.Nodes.OrderBy(n => n.Type, StringComparer.Ordinal).ThenBy(n => n.Name, StringComparer.Ordinal))
            {
                GraphJson.Write(json, node);
            }

            json.WriteEndArray();
            json.WriteStartArray("Edges");
            foreach (var edge in graph.Graph.Edges.OrderBy(e => e.Id, StringComparer.Ordinal))
            {
                GraphJson.Write(json, edge);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private sealed class Settling : ReceiveActor
    {
        private HostGraph _graph = HostGraph.Empty;

        public Settling(IActorRef topology, TimeSpan settled, Action<HostGraph> found)
        {
            topology.Tell(WatchGraph.Instance);
            SetReceiveTimeout(settled);
            Receive<GraphUpdate>(update => _graph = update.Graph);
            Receive<ReceiveTimeout>(_ => found(_graph));
        }
    }
}
