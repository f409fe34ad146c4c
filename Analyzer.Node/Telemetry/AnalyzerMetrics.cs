using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Shared.Messages.Retention;
using Topology.Fabric.Model;

namespace Analyzer.Node.Telemetry;

/// <summary>What an analyzer counts. docs/reference has them all, made from here.</summary>
internal static class AnalyzerMetrics
{
    private static readonly Meter Meter = new("skydive.analyzer");

    private static readonly Histogram<double> Journal = Meter.CreateHistogram<double>(
        "skydive.journal.duration", "s", "Time from an entity's event to its being stored, by whose event it is.", advice: Seconds([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]));

    private static readonly Counter<long> JournalFailures = Meter.CreateCounter<long>(
        "skydive.journal.failures", "{event}", "Events the journal didn't take, by whose they were.");

    private static readonly Counter<long> FlowUpdates = Meter.CreateCounter<long>(
        "skydive.entity.flow.updates", "{update}", "Flow updates taken by the flows entities on this analyzer.");

    private static readonly Gauge<long> Flows = Meter.CreateGauge<long>(
        "skydive.entity.flows", "{flow}", "Flows of a flows entity, by partition.");

    private static readonly Histogram<double> Queries = Meter.CreateHistogram<double>(
        "skydive.query.duration", "s", "Time a Gremlin query took, by how it ended.", advice: Seconds([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]));

    // The journals as they were told last, by name.
    private static readonly ConcurrentDictionary<string, JournalKept> Kept = new(StringComparer.Ordinal);

    private static readonly Counter<long> Exports = Meter.CreateCounter<long>(
        "skydive.export.records", "{record}", "IPFIX records by target and by what became of them: sent; dropped, since too many waited for the target or it couldn't be reached.");

    private static readonly Counter<long> ExportFlows = Meter.CreateCounter<long>(
        "skydive.export.incomplete", "{record}", "Flow updates that were exported without their tunnel's addresses (parent), or not at all since too many waited (overrun), by why.");

    // The graph that was told last; whoever scrapes reads it.
    private static Graph s_graph = Graph.Empty;

    static AnalyzerMetrics()
    {
        Meter.CreateObservableGauge("skydive.topology.nodes", () => PerHost(s_graph.Nodes.Select(node => node.Host)), "{node}", "Nodes of the graph, by host.");
        Meter.CreateObservableGauge("skydive.topology.edges", () => (long)Volatile.Read(ref s_graph).EdgeCount, "{edge}", "Edges of the graph.");
        Meter.CreateObservableGauge(
            "skydive.capture.up",
            () => Captures().Select(capture => new Measurement<long>(Text(capture.Fields, "State") == "active" ? 1 : 0, capture.Labels)),
            "{capture}", "1 while the capture reads, else 0.");
        Meter.CreateObservableCounter(
            "skydive.capture.packets.received",
            () => Captures().Select(capture => new Measurement<long>(Number(capture.Fields, "PacketsReceived"), capture.Labels)),
            "{packet}", "Packets the capture read. One that starts anew counts from 0.");
        Meter.CreateObservableCounter(
            "skydive.capture.decode.errors",
            () => Captures().Select(capture => new Measurement<long>(Number(capture.Fields, "DecodeErrors"), capture.Labels)),
            "{packet}", "Packets the capture couldn't read to their last layer.");
        const string Where = " Told by the analyzer that prunes them.";
        Meter.CreateObservableGauge("skydive.journal.size", () => PerJournal(journal => journal.Size), "By", "Bytes of a journal's tables and indexes, or of its file." + Where);
        Meter.CreateObservableGauge("skydive.journal.live", () => PerJournal(journal => journal.Live), "By", "Bytes of the events and snapshots a journal keeps, estimated." + Where);
        Meter.CreateObservableGauge("skydive.journal.free", () => PerJournal(journal => journal.Free), "By", "Bytes inside a journal's size that new events will take." + Where);
        Meter.CreateObservableGauge("skydive.journal.events", () => PerJournal(journal => journal.Events), "{event}", "Events a journal keeps." + Where);
        Meter.CreateObservableGauge("skydive.journal.snapshots", () => PerJournal(journal => journal.Snapshots), "{snapshot}", "Snapshots a journal keeps." + Where);
        Meter.CreateObservableGauge("skydive.journal.oldest", () => PerJournal(journal => journal.Oldest / 1000), "s", "When a journal's oldest event was stored, in Unix time." + Where);
        Meter.CreateObservableGauge("skydive.journal.unmet", () => PerJournal(journal => journal.Unmet.Length > 0 ? 1 : 0), "{journal}", "1 while a journal can't be kept within its size, else 0." + Where);
        Meter.CreateObservableCounter("skydive.journal.deleted.events", () => PerJournal(journal => journal.DeletedEvents), "{event}", "Events retention deleted." + Where);
        Meter.CreateObservableCounter("skydive.journal.deleted.snapshots", () => PerJournal(journal => journal.DeletedSnapshots), "{snapshot}", "Snapshots retention deleted." + Where);
        Meter.CreateObservableCounter("skydive.journal.deleted.bytes", () => PerJournal(journal => journal.DeletedBytes), "By", "Bytes of what retention deleted." + Where);
        Meter.CreateObservableCounter("skydive.capture.packets.dropped", () => Captures().SelectMany(Dropped), "{packet}", "Packets the capture didn't see, by who dropped them.");
    }

    /// <summary>The graph captures are counted from.</summary>
    public static void Observe(Graph graph) => Volatile.Write(ref s_graph, graph);

    /// <summary>What a journal keeps.</summary>
    public static void Observe(JournalKept journal) => Kept[journal.Name] = journal;

    /// <summary>Begins to store an event.</summary>
    /// <param name="journal">Whose: "flows", "topology", …</param>
    public static Storing Store(string journal) => new(journal, Stopwatch.GetTimestamp());

    public static void CountJournalFailure(string journal) => JournalFailures.Add(1, new KeyValuePair<string, object?>("journal", journal));

    public static void Count(int partition, int updates, int flows)
    {
        KeyValuePair<string, object?> label = new("partition", partition);
        FlowUpdates.Add(updates, label);
        Flows.Record(flows, label);
    }

    /// <summary>IPFIX records were sent to a target, or dropped.</summary>
    public static void CountExport(string target, string result, int records) =>
        Exports.Add(records, new KeyValuePair<string, object?>("target", target), new KeyValuePair<string, object?>("result", result));

    /// <summary>Flow updates were exported with less than there should be, or not.</summary>
    public static void CountIncompleteExport(string why, int flows) => ExportFlows.Add(flows, new KeyValuePair<string, object?>("why", why));

    /// <summary>A query ended.</summary>
    /// <param name="started">Stopwatch's timestamp of its start.</param>
    /// <param name="how">"answered", "refused" or "failed".</param>
    public static void CountQuery(long started, string how) => Queries.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("result", how));

    private static InstrumentAdvice<double> Seconds(IReadOnlyList<double> bounds) => new() { HistogramBucketBoundaries = bounds };

    private static IEnumerable<Measurement<long>> PerHost(IEnumerable<string> hosts) =>
        hosts.CountBy(host => host).Select(host => new Measurement<long>(host.Value, new KeyValuePair<string, object?>("host", host.Key)));

    private static IEnumerable<Measurement<long>> PerJournal(Func<JournalKept, long> value) =>
        Kept.Values.Select(journal => new Measurement<long>(value(journal), new KeyValuePair<string, object?>("journal", journal.Name)));

    private static IEnumerable<(KeyValuePair<string, object?>[] Labels, Metadata Fields)> Captures() =>
        from node in Volatile.Read(ref s_graph).Nodes
        let list = node.Metadata["Captures"]
        where list.Kind == MetaKind.List
        from item in list.Items
        where item.Kind == MetaKind.Map
        select (Labels(node, item.Fields), item.Fields);

    private static IEnumerable<Measurement<long>> Dropped((KeyValuePair<string, object?>[] Labels, Metadata Fields) capture) =>
    [
        new(Number(capture.Fields, "PacketsDropped"), [.. capture.Labels, new("by", "kernel")]),
        new(Number(capture.Fields, "PacketsIfDropped"), [.. capture.Labels, new("by", "interface")]),
        new(Number(capture.Fields, "PacketsAgentDropped"), [.. capture.Labels, new("by", "agent")]),
    ];

    private static KeyValuePair<string, object?>[] Labels(TopologyNode node, Metadata capture) =>
    [
        new("host", node.Host), new("node", node.Tid.Length > 0 ? node.Tid : node.Id), new("name", node.Name),
        new("capture", Text(capture, "ID")), new("type", Text(capture, "Type")),
    ];

    private static string Text(Metadata fields, string key) => fields[key] is { Kind: MetaKind.Text } value ? value.Text : "";

    private static long Number(Metadata fields, string key) => fields[key] is { Kind: MetaKind.Integer } value ? value.Integer : 0;

    /// <summary>An event on its way to the journal.</summary>
    internal readonly record struct Storing(string Journal, long Started)
    {
        /// <summary>It's stored.</summary>
        public void Done() => AnalyzerMetrics.Journal.Record(Stopwatch.GetElapsedTime(Started).TotalSeconds, new KeyValuePair<string, object?>("journal", Journal));
    }
}
