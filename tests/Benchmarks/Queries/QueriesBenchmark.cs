using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Analyzer.Node.Flows;
using Analyzer.Node.Http;
using Analyzer.Node.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Spectre.Console;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Benchmarks.Queries;

/// <summary>
/// Queries of a million flows in sixteen flows entities of this process, beside DuckDB on the same flows; and of a graph of
/// 50,000 nodes and 200,000 edges.
/// </summary>
internal static class QueriesBenchmark
{
    private const int Partitions = 16;
    private const string Hocon = """
        akka {
          loglevel = WARNING
          persistence {
            journal.plugin = "akka.persistence.journal.inmem"
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        // As the analyzer is: compiled once, whole.
        const string once = "DOTNET_TieredCompilation";
        if (Environment.GetEnvironmentVariable(once) is null)
        {
            using var again = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(QueriesBenchmark).Assembly.Location, "queries", .. arguments]) { Environment = { [once] = "0" } })!;
            await again.WaitForExitAsync();
            return again.ExitCode;
        }

        if (arguments is ["graph"])
        {
            AnsiConsole.Write(GraphQueries.Run());
            return 0;
        }

        var count = arguments is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1_000_000;
        var flowTable = await FlowsAsync(count);
        var graphTable = GraphQueries.Run();
        AnsiConsole.Write(flowTable);
        AnsiConsole.Write(graphTable);
        return 0;
    }

    private static async Task<Table> FlowsAsync(int count)
    {
        using var system = ActorSystem.Create("queries", ConfigurationFactory.ParseString(Hocon));
        var settings = new FlowsEntitySettings(new FlowLimits(TimeSpan.FromDays(1), int.MaxValue / 2), int.MaxValue, TimeSpan.FromDays(1));
        var entities = Enumerable.Range(0, Partitions).Select(partition => system.ActorOf(FlowsEntity.Props(partition, settings))).ToList();
        await SyntheticFlows.StoreAsync(system, entities, count);
        var source = new PartitionedFlowSource(system, system.ActorOf(Region.Props(entities)), Partitions, Timeout);
        using var duck = new DuckDb(count);
        Console.Error.WriteLine($"{await source.CountAsync(CancellationToken.None)} flows are stored");

        var one = SyntheticFlows.Of(count / 2);
        var table = new Table().AddColumns("query", "ms", "target", "DuckDB, ms", "of DuckDB's");
        foreach (var (name, target, gremlin, sql) in Queries(one))
        {
            var own = await MedianAsync(async () => await AnswerAsync(source, gremlin));
            var others = await MedianAsync(() => Task.FromResult(duck.Run(sql)));
            var (ownAnswer, othersAnswer) = (await AnswerAsync(source, gremlin), duck.Run(sql));
            Check(name, ownAnswer, othersAnswer);
            table.AddRow(name, Number(own), Target(own, target), Number(others), string.Create(CultureInfo.InvariantCulture, $"{own / others:0.00} x"));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {own:0.00} ms, DuckDB {others:0.00} ms"));
        }

        await AllAsync(table, source, duck);
        return table;
    }

    private static IEnumerable<(string Name, double Target, string Gremlin, string Sql)> Queries(Flow one)
    {
        yield return ("by UUID", 3, $"G.Flows().Has('UUID', '{one.Uuid}')", $"SELECT * FROM flows WHERE uuid = '{one.Uuid}'");
        yield return ("by TrackingID", 3, $"G.Flows().Has('TrackingID', '{one.TrackingId}')", $"SELECT * FROM flows WHERE tracking_id = '{one.TrackingId}'");
        yield return ("by L3TrackingID", 3, $"G.Flows().Has('L3TrackingID', '{one.L3TrackingId}')", $"SELECT * FROM flows WHERE l3_tracking_id = '{one.L3TrackingId}'");
        yield return ("by five-tuple", 20,
            $"G.Flows().Has('Network.A', '{one.Network.A}', 'Network.B', '{one.Network.B}', 'Transport.Protocol', '{one.Transport.Protocol}', 'Transport.A', {one.Transport.A}, 'Transport.B', {one.Transport.B})",
            $"SELECT * FROM flows WHERE network_a = '{one.Network.A}' AND network_b = '{one.Network.B}' AND transport = '{one.Transport.Protocol}' AND port_a = {one.Transport.A} AND port_b = {one.Transport.B}");
        yield return ("Count", 5, "G.Flows().Count()", "SELECT count(*) FROM flows");
        yield return ("Count of an application", 15, "G.Flows().Has('Application', 'DNS').Count()", "SELECT count(*) FROM flows WHERE application = 'DNS'");
        yield return ("Sum", 15, "G.Flows().Sum('Metric.ABBytes')", "SELECT sum(ab_bytes) FROM flows");
        yield return ("largest ten", 50, "G.Flows().Sort(DESC, 'Metric.ABBytes').Limit(10)", "SELECT * FROM flows ORDER BY ab_bytes DESC, last DESC, uuid LIMIT 10");
        yield return ("newest thousand", 50, "G.Flows().Sort(DESC, 'Last').Limit(1000)", "SELECT * FROM flows ORDER BY last DESC, uuid LIMIT 1000");
        yield return ("a node's thousand", 5, $"G.Flows().Has('NodeTID', '{one.NodeTid}')", $"SELECT * FROM flows WHERE node_tid = '{one.NodeTid}' ORDER BY last DESC, uuid");
        yield return ("by application: how many", 60, "G.Flows().Group('Application').Count()", ByName("count(*)"));
        yield return ("by application: bytes", 60, "G.Flows().Group('Application').Sum('Metric.ABBytes')", ByName("sum(ab_bytes)"));
        yield return ("Metrics().Sum('ABBytes')", 60, "G.Flows().Metrics().Sum('ABBytes')", "SELECT sum(ab_bytes) FROM flows");
        yield return ("applications", 60, "G.Flows().Values('Application').Dedup().Count()", "SELECT count(DISTINCT application) FROM flows");
        yield return ("one flow of each application", 60, "G.Flows().Dedup('Application')", "SELECT * FROM (SELECT DISTINCT ON (application) * FROM flows ORDER BY application, last DESC, uuid) ORDER BY last DESC, uuid");
        yield return ("two orders, largest ten", 100, "G.Flows().Sort(DESC, 'Metric.ABBytes').Sort('Application').Limit(10)", "SELECT * FROM flows ORDER BY application, ab_bytes DESC, last DESC, uuid LIMIT 10");
        yield return ("addresses of a network", 100, "G.Flows().Has('Network', IPV4Range('10.1.2.0/24')).Count()", "SELECT count(*) FROM flows WHERE network_a LIKE '10.1.2.%' OR network_b LIKE '10.1.2.%'");
    }

    private static string ByName(string what) => $"SELECT string_agg(application || '=' || told, ' ' ORDER BY application) FROM (SELECT application, {what} AS told FROM flows GROUP BY application)";

    private static async Task<string> AnswerAsync(PartitionedFlowSource source, string gremlin)
    {
        var result = await GremlinQuery.Parse(gremlin).RunAsync(Graph.Empty, source, CancellationToken.None);
        switch (result)
        {
            case ValueTraversal value:
                return value.Value.ToString();
            case ValuesTraversal { Values: [{ Kind: MetaKind.Map } byName] }:
                return string.Join(' ', byName.Fields.Select(group => $"{group.Key}={group.Value}"));
            case RowsStream rows:
                var uuid = "";
                await foreach (var row in rows.Rows)
                {
                    uuid = uuid.Length > 0 ? uuid : FlowForms.Id(row.Fields.Row.Uuid);
                }

                return uuid;
            case PartsStream stream:
                var first = "";
                long last = 0;
                await foreach (var part in stream.Parts)
                {
                    var (fields, count) = FlowAnswer.RowsOf(part);
                    for (var i = 0; i < count; i++)
                    {
                        fields.MoveTo(i);
                        if (fields.Row.Last > last)
                        {
                            (first, last) = (FlowForms.Id(fields.Row.Uuid), fields.Row.Last);
                        }
                    }
                }

                return first;
            default:
                return "";
        }
    }

    private static async Task AllAsync(Table table, PartitionedFlowSource source, DuckDb duck)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        server.MapGet("/", async (HttpContext context) =>
        {
            var result = (StreamTraversal)await GremlinQuery.Parse(context.Request.Query["query"].ToString()).RunAsync(Graph.Empty, source, context.RequestAborted);
            await JsonAnswer.StreamAsync(context, result, long.MaxValue, context.RequestAborted);
        });
        await server.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.First()), Timeout = Timeout };
        await AllAsync(table, client, duck, "all", "G.Flows()", 100, "SELECT * FROM flows");
        await AllAsync(table, client, duck, "all, by bytes", "G.Flows().Sort('Metric.ABBytes')", null, "SELECT * FROM flows ORDER BY ab_bytes");
        await AllAsync(table, client, duck, "all, grouped by Application", "G.Flows().Group('Application')", null, "SELECT * FROM flows ORDER BY application, last DESC");
    }

    private static async Task AllAsync(Table table, HttpClient client, DuckDb duck, string name, string gremlin, double? target, string sql)
    {
        var (rate, firstByte, extra, bytes) = (0.0, double.MaxValue, 0L, 0L);
        for (var run = 0; run < 3; run++)
        {
            GC.Collect();
            var before = Environment.WorkingSet;
            var most = before;
            var clock = Stopwatch.StartNew();
            using var answer = await client.GetAsync(new Uri($"/?query={Uri.EscapeDataString(gremlin)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            var buffer = new byte[1 << 20];
            bytes = 0;
            for (int read; (read = await body.ReadAsync(buffer)) > 0; bytes += read)
            {
                if (bytes == 0)
                {
                    firstByte = Math.Min(firstByte, clock.Elapsed.TotalMilliseconds);
                }

                most = Math.Max(most, bytes >> 26 == (bytes + read) >> 26 ? 0 : Environment.WorkingSet);
            }

            rate = Math.Max(rate, bytes / clock.Elapsed.TotalSeconds / 1e6);
            extra = Math.Max(extra, most - before);
        }

        var file = Path.GetTempFileName();
        var others = await MedianAsync(() => Task.FromResult(duck.Run($"COPY ({sql}) TO '{file}' (FORMAT json, ARRAY true)")));
        var othersRate = new FileInfo(file).Length / others / 1e3;
        File.Delete(file);
        var met = target is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"{wanted} MB/s: {(rate >= wanted ? "met" : "missed")}") : "";
        table.AddRow($"{name}, as JSON, MB/s ({bytes / 1e6:0} MB)", Number(rate), met, Number(othersRate), string.Create(CultureInfo.InvariantCulture, $"{rate / othersRate:0.00} x (more is better)"));
        table.AddRow("its first byte, ms", Number(firstByte), "", "", "");
        table.AddRow("memory it takes, MiB", Number(extra / 1048576.0), "", "", "");
    }

    internal static async Task<double> MedianAsync(Func<Task<string>> run)
    {
        const int most = 40;
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        for (var i = 0; i < 5 || (i < most && all.Elapsed < TimeSpan.FromSeconds(4)); i++)
        {
            var clock = Stopwatch.StartNew();
            await run();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.RemoveRange(0, Math.Min(3, times.Count - 2));
        times.Sort();
        return times[times.Count / 2];
    }

    internal static string Target(double ms, double target) => string.Create(CultureInfo.InvariantCulture, $"{target} ms: {(ms <= target ? "met" : "missed")}");

    internal static string Number(double number) => number.ToString(number < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static void Check(string name, string own, string others)
    {
        if (own != others)
        {
            throw new InvalidOperationException($"{name}: the answer is {own}, DuckDB's {others}");
        }
    }

    private sealed class Region : ReceiveActor
    {
        public Region(IReadOnlyList<IActorRef> entities) =>
            ReceiveAny(message => entities[int.Parse(FlowShards.EntityOf(message)!, CultureInfo.InvariantCulture)].Forward(message));

        public static Props Props(IReadOnlyList<IActorRef> entities) => Akka.Actor.Props.Create(() => new Region(entities));
    }
}
