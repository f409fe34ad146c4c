using System.Globalization;
using Analyzer.Node.Views;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Retention;
using Spectre.Console;
using Spectre.Console.Rendering;
using Topology.Fabric.Links;
using Topology.Fabric.Model;

namespace Analyzer.Node.Console;

/// <summary>What the console prints, as plain text.</summary>
internal static class ConsoleTables
{
    private const int Width = 180;

    /// <summary>Outer flows, the most recent first, each with the flows inside it indented below.</summary>
    public static string Flows(IReadOnlyList<Flow> flows, Graph graph, int limit)
    {
        if (flows.Count == 0)
        {
            return "no flows";
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(n => n.Tid.Length > 0))
        {
            names.TryAdd(node.Tid, $"{node.Name}@{node.Host}");
        }

        var uuids = flows.Select(f => f.Uuid).ToHashSet(StringComparer.Ordinal);
        var byParent = flows.Where(f => uuids.Contains(f.ParentUuid) && f.ParentUuid != f.Uuid).ToLookup(f => f.ParentUuid, StringComparer.Ordinal);
        var table = NewTable("flow", "endpoints", "A->B", "B->A", "seen on", "UUID", "ParentUUID");
        foreach (var flow in flows.Where(f => !uuids.Contains(f.ParentUuid) || f.ParentUuid == f.Uuid).OrderByDescending(f => f.Last).Take(limit))
        {
            AddFlow(table, flow, byParent, names, depth: 0);
        }

        return Render(table);
    }

    /// <summary>A tree per host by ownership; other links are named behind a node.</summary>
    public static string Topology(Graph graph)
    {
        if (graph.NodeCount == 0)
        {
            return "no nodes";
        }

        var text = new System.Text.StringBuilder();
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var roots = graph.Nodes.Where(n => !Owners(graph, n).Any()).OrderBy(n => n.Host, StringComparer.Ordinal).ThenBy(n => n.Name, StringComparer.Ordinal);
        foreach (var root in roots)
        {
            var tree = new Tree(Markup.Escape(Describe(graph, root)));
            shown.Add(root.Id);
            AddChildren(tree, graph, root, shown);
            text.Append(Render(tree)).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    public static string Captures(IReadOnlyCollection<Capture> captures, Graph graph)
    {
        if (captures.Count == 0)
        {
            return "no captures";
        }

        var losses = CaptureLoss.Of(graph).ToLookup(loss => loss.Capture, StringComparer.Ordinal);
        var table = NewTable("UUID", "name", "type", "query", "filter", "running on", "lost");
        foreach (var capture in captures.OrderBy(c => c.CreatedAt))
        {
            var nodes = graph.Nodes.Where(n => n.Metadata.Has("Captures.ID", capture.Uuid)).Select(n => $"{n.Name}@{n.Host}").Order(StringComparer.Ordinal);
            AddRow(table, capture.Uuid, capture.Name, capture.Type, capture.GremlinQuery, capture.BpfFilter, string.Join(", ", nodes), Lost(losses[capture.Uuid]));
        }

        return Render(table);
    }

    /// <summary>What captures lost, a line each.</summary>
    public static string Losses(Graph graph) => CaptureLoss.Of(graph).Select(loss => loss.Text).ToList() is { Count: > 0 } lines ? string.Join('\n', lines) : "nothing is lost";

    public static string Agents(CurrentGraph current)
    {
        var hosts = current.Hosts.Where(h => h.Key != FabricGraph.Host && h.Value.Revision > 0).OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        if (hosts.Count == 0)
        {
            return "no agents";
        }

        var counts = current.Graph.Nodes.CountBy(n => n.Host, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var table = NewTable("host", "state", "nodes", "revision");
        foreach (var (host, view) in hosts)
        {
            AddRow(table, host, view.IsEmpty ? "lost" : "connected", Number(counts.GetValueOrDefault(host)), Number(view.Revision));
        }

        return Render(table);
    }

    public static string Journals(IReadOnlyCollection<JournalKept> journals)
    {
        if (journals.Count == 0)
        {
            return "not known yet";
        }

        var table = NewTable("journal", "events", "since", "MiB", "of it free", "events/s", "keeps", "deleted", "");
        foreach (var journal in journals)
        {
            AddRow(
                table,
                journal.Name,
                journal.Counted ? Number(journal.Events) : $"{Number(journal.Events)}, still counting",
                journal.Oldest == 0 ? "" : DateTimeOffset.FromUnixTimeMilliseconds(journal.Oldest).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                Mebibytes(journal.Size),
                Mebibytes(journal.Free),
                journal.EventsPerSecond.ToString("0.#", CultureInfo.InvariantCulture),
                $"{(journal.MaxAge == 0 ? "for ever" : TimeSpan.FromMilliseconds(journal.MaxAge).TotalDays.ToString("0.## 'd'", CultureInfo.InvariantCulture))}, {(journal.MaxSize == 0 ? "all" : Mebibytes(journal.MaxSize) + " MiB")}",
                $"{Number(journal.DeletedEvents)} events, {Mebibytes(journal.DeletedBytes)} MiB",
                journal.LastError.Length > 0 ? journal.LastError : journal.Unmet.Length > 0 ? "can't be met" : "");
        }

        return Render(table);

        static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0.#", CultureInfo.InvariantCulture);
    }

    private static string Lost(IEnumerable<CaptureLoss> losses) =>
        string.Join(", ", losses.GroupBy(loss => loss.What, StringComparer.Ordinal).Select(kind => $"{Number(kind.Sum(loss => loss.Count))} {kind.Key}"));

    private static void AddFlow(Table table, Flow flow, ILookup<string, Flow> byParent, Dictionary<string, string> names, int depth)
    {
        // Agents bound how tunnels nest; a loop in what they tell must not bind the console.
        if (depth > 16)
        {
            return;
        }

        AddRow(
            table,
            new string(' ', depth * 2) + (depth > 0 ? "└ " : "") + flow.LayersPath,
            Endpoints(flow),
            Traffic(flow.Metric?.AbPackets ?? 0, flow.Metric?.AbBytes ?? 0),
            Traffic(flow.Metric?.BaPackets ?? 0, flow.Metric?.BaBytes ?? 0),
            names.GetValueOrDefault(flow.NodeTid, flow.NodeTid),
            Short(flow.Uuid),
            Short(flow.ParentUuid));
        foreach (var inner in byParent[flow.Uuid].OrderByDescending(f => f.Last))
        {
            AddFlow(table, inner, byParent, names, depth + 1);
        }
    }

    private static string Endpoints(Flow flow)
    {
        var (a, b) = flow.Network is { } network ? (network.A, network.B) : (flow.Link?.A ?? "", flow.Link?.B ?? "");
        if (flow.Transport is { } transport)
        {
            return $"{a}:{Number(transport.A)} -> {b}:{Number(transport.B)}";
        }

        return flow.Icmp is { } icmp ? $"{a} -> {b} {icmp.Type} id {Number(icmp.Id)}" : $"{a} -> {b}";
    }

    private static void AddChildren(IHasTreeNodes tree, Graph graph, TopologyNode parent, HashSet<string> shown)
    {
        var children = graph.Neighbours(parent.Id, Graph.Direction.Out, e => e.RelationType == Relations.Ownership).OrderBy(n => n.Name, StringComparer.Ordinal);
        foreach (var child in children.Where(c => shown.Add(c.Id)))
        {
            AddChildren(tree.AddNode(Markup.Escape(Describe(graph, child))), graph, child, shown);
        }
    }

    private static IEnumerable<TopologyNode> Owners(Graph graph, TopologyNode node) =>
        graph.Neighbours(node.Id, Graph.Direction.In, e => e.RelationType == Relations.Ownership);

    private static string Describe(Graph graph, TopologyNode node)
    {
        var links = graph.EdgesOf(node.Id).Where(e => e.RelationType == Relations.Layer2).Select(e => graph.Node(e.OtherEnd(node.Id))!)
            .Select(n => $"{n.Name}@{n.Host}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var address = node.Metadata["IPV4"] is { Kind: MetaKind.List } list ? " " + string.Join(' ', list.Items) : "";
        return $"{node.Name} ({node.Type}){address}{(links.Count > 0 ? " -- " + string.Join(", ", links) : "")}";
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Square };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column) { NoWrap = true });
        }

        return table;
    }

    private static void AddRow(Table table, params string[] cells) => table.AddRow([.. cells.Select(c => new Text(c))]);

    private static string Render(IRenderable what)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = Width;
        console.Write(what);
        return text.ToString().TrimEnd();
    }

    private static string Traffic(long packets, long bytes) => $"{Number(packets)}/{Number(bytes)} B";

    private static string Short(string uuid) => uuid.Length > 8 ? uuid[..8] : uuid;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
