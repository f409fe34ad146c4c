using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Node.Tests;
using Cli.Flows;
using DuckDB.NET.Data;
using Shared.Messages.Flows;
using Topology.Fabric.Parquet;

namespace Cli.Tests.Flows;

/// <summary>What `flows -o parquet` writes, as DuckDB reads it.</summary>
public sealed class ParquetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parquet-");
    private readonly DuckDBConnection _database = new("DataSource=:memory:");

    public ParquetTests() => _database.Open();

    public void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
    }

    public static TheoryData<string> AllCaptures =>
        [.. Directory.EnumerateFiles(Captures.Folder, "*.pcap*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Captures.Folder, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(AllCaptures))]
    public void A_file_has_the_same_values_as_JSON_in_columns_of_their_types(string capture)
    {
        var path = Captures.File(capture);
        var flows = Encoding.UTF8.GetString(Run(path, "json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var file = FileOf(Run(path, "parquet"));
        var rows = Read($"SELECT * FROM '{file}'");
        rows.Count.ShouldBe(flows.Count);
        var byId = flows.ToDictionary(flow => flow.GetProperty("UUID").GetString()!);
        foreach (var row in rows)
        {
            var flow = byId[(string)row["UUID"]!];
            foreach (var (column, value) in row)
            {
                Text(value).ShouldBe(Expected(flow, column), $"{capture}: {column}");
            }
        }
    }

    [Fact]
    public void Counts_sums_and_groups_are_those_of_JSON()
    {
        var path = Captures.File("vxlan-in-vxlan.pcap");
        var flows = Encoding.UTF8.GetString(Run(path, "json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var file = FileOf(Run(path, "parquet"));
        var all = Read($"SELECT count(*) AS flows, CAST(sum(\"Metric.ABBytes\") AS BIGINT) AS bytes, min(epoch_ms(\"Start\")) AS start FROM '{file}'").Single();
        all["flows"].ShouldBe((long)flows.Count);
        all["bytes"].ShouldBe(flows.Sum(flow => flow.GetProperty("Metric").GetProperty("ABBytes").GetInt64()));
        all["start"].ShouldBe(flows.Min(flow => flow.GetProperty("Start").GetInt64()));
        var groups = Read($"SELECT \"LayersPath\" AS path, CAST(sum(\"Metric.ABPackets\") AS BIGINT) AS packets FROM '{file}' GROUP BY 1").ToDictionary(row => (string)row["path"]!, row => (long)row["packets"]!);
        groups.ShouldBe(flows.GroupBy(flow => flow.GetProperty("LayersPath").GetString()!).ToDictionary(g => g.Key, g => g.Sum(flow => flow.GetProperty("Metric").GetProperty("ABPackets").GetInt64())), ignoreOrder: true);
        Read($"DESCRIBE SELECT * FROM '{file}'").ToDictionary(row => (string)row["column_name"]!, row => (string)row["column_type"]!)["Start"].ShouldBe("TIMESTAMP WITH TIME ZONE");
    }

    [Fact]
    public void Many_flows_come_in_row_groups_of_a_fixed_size()
    {
        const int flows = (2 * FlowParquet.RowsOfGroup) + 5;
        using var output = new MemoryStream();
        var printer = new ParquetPrinter(output);
        for (var i = 0; i < flows; i++)
        {
            printer.Print(new Flow { Uuid = i.ToString("x16", CultureInfo.InvariantCulture), Start = i, Last = long.MaxValue, Metric = new FlowMetric { AbBytes = i } });
        }

        output.Length.ShouldBeGreaterThan(1000);
        printer.Finish();
        var file = FileOf(output.ToArray());
        var all = Read($"SELECT count(*) AS flows, count(DISTINCT \"UUID\") AS ids, CAST(sum(\"Metric.ABBytes\") AS BIGINT) AS bytes FROM '{file}'").Single();
        (all["flows"], all["ids"], all["bytes"]).ShouldBe(((long)flows, (long)flows, (long)flows * (flows - 1) / 2));
        Read($"SELECT count(DISTINCT row_group_id) AS groups, max(row_group_num_rows) AS most, max(compression) AS compression FROM parquet_metadata('{file}')").Single()
            .Values.ShouldBe([3L, (long)FlowParquet.RowsOfGroup, "ZSTD"]);
    }

    [Fact]
    public void Without_flows_there_is_a_file_without_rows()
    {
        var file = FileOf(Run(Captures.File("vxlan-in-vxlan.pcap"), "parquet", "Has('Application', 'none')"));
        Read($"SELECT count(*) AS flows FROM '{file}'").Single()["flows"].ShouldBe(0L);
    }

    [Fact]
    public void What_results_in_no_flows_is_refused()
    {
        using var error = new StringWriter();
        using var interruption = new Interruption();
        using var output = new MemoryStream();
        var request = new FlowsRequest { Files = [Captures.File("vxlan-in-vxlan.pcap")], Output = "parquet", Filter = FlowsCommand.ReadQuery("Count()") };
        FlowsCommand.Run(request, output, error, interruption).ShouldBe(FlowsRun.Refused);
        error.ToString().ShouldContain("-o parquet takes flows");
        output.Length.ShouldBe(0);
    }

    private static byte[] Run(string path, string kind, string? filter = null)
    {
        using var output = new MemoryStream();
        using var interruption = new Interruption();
        FlowsCommand.Run(new FlowsRequest { Files = [path], Output = kind, Filter = FlowsCommand.ReadQuery(filter) }, output, TextWriter.Null, interruption);
        return output.ToArray();
    }

    private static string Expected(JsonElement flow, string column)
    {
        foreach (var name in column.Split('.'))
        {
            flow = flow.ValueKind == JsonValueKind.Array && flow.GetArrayLength() > 0 ? flow[0] : flow;
            if (flow.ValueKind != JsonValueKind.Object || !flow.TryGetProperty(name, out flow))
            {
                return "";
            }
        }

        return flow.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private string FileOf(byte[] content)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid() + ".parquet");
        File.WriteAllBytes(path, content);
        return path;
    }

    private List<Dictionary<string, object?>> Read(string sql)
    {
        using var command = _database.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object?>>();
        while (reader.Read())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : reader.GetValue(i)));
        }

        return rows;
    }
}
