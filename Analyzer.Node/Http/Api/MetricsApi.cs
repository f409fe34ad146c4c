using System.Globalization;
using System.Text;
using Akka.Actor;
using Analyzer.Node.Views;
using Topology.Fabric.Model;

namespace Analyzer.Node.Http.Api;

/// <summary>
/// GET /metrics: what the agents tell of their captures, in Prometheus' text format (version 0.0.4). The counters are those
/// of the captured nodes' metadata; a capture that starts anew counts from 0, as Prometheus expects of a counter.
/// </summary>
internal sealed class MetricsApi(AnalyzerServices services)
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", GetAsync);

    private async Task GetAsync(HttpContext context)
    {
        var view = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        var text = Write(view.Graph);
        context.Response.ContentType = ContentType;
        await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The metrics of a graph's captures.</summary>
    internal static string Write(Graph graph)
    {
        var captures = (from node in graph.Nodes
                        let list = node.Metadata["Captures"]
                        where list.Kind == MetaKind.List
                        from item in list.Items
                        where item.Kind == MetaKind.Map
                        orderby node.Host, node.Id
                        select (Labels: Labels(node, item.Fields), item.Fields)).ToList();
        var text = new StringBuilder();
        Begin(text, "skydive_capture_up", "gauge", "1 while the capture reads, else 0.");
        foreach (var (labels, fields) in captures)
            Add(text, "skydive_capture_up", labels, Text(fields, "State") == "active" ? 1 : 0);
        Begin(text, "skydive_capture_packets_received_total", "counter", "Packets the capture read.");
        foreach (var (labels, fields) in captures)
            Add(text, "skydive_capture_packets_received_total", labels, Number(fields, "PacketsReceived"));
        Begin(text, "skydive_capture_packets_dropped_total", "counter", "Packets the capture didn't see, by who dropped them.");
        foreach (var (labels, fields) in captures)
        {
            Add(text, "skydive_capture_packets_dropped_total", labels + ",by=\"kernel\"", Number(fields, "PacketsDropped"));
            Add(text, "skydive_capture_packets_dropped_total", labels + ",by=\"interface\"", Number(fields, "PacketsIfDropped"));
            Add(text, "skydive_capture_packets_dropped_total", labels + ",by=\"agent\"", Number(fields, "PacketsAgentDropped"));
        }

        return text.ToString();
    }

    private static void Begin(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Add(StringBuilder text, string name, string labels, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

    private static string Labels(TopologyNode node, Metadata capture) =>
        $"host=\"{Escape(node.Host)}\",node=\"{Escape(node.Tid.Length > 0 ? node.Tid : node.Id)}\",name=\"{Escape(node.Name)}\",capture=\"{Escape(Text(capture, "ID"))}\",type=\"{Escape(Text(capture, "Type"))}\"";

    // A label's value: what the format gives a meaning is written with a backslash before it.
    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Text(Metadata fields, string key) => fields[key] is { Kind: MetaKind.Text } value ? value.Text : "";

    private static long Number(Metadata fields, string key) => fields[key] is { Kind: MetaKind.Integer } value ? value.Integer : 0;
}
