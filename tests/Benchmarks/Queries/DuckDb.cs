using DuckDB.NET.Data;

namespace Benchmarks.Queries;

/// <summary>The same flows in DuckDB, in memory, with its indexes where the analyzer has some.</summary>
internal sealed class DuckDb : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public DuckDb(int flows)
    {
        _connection.Open();
        Run("""
            CREATE TABLE flows (
              uuid VARCHAR, tracking_id VARCHAR, l3_tracking_id VARCHAR, layers_path VARCHAR, application VARCHAR, link_a VARCHAR, link_b VARCHAR,
              network_a VARCHAR, network_b VARCHAR, transport VARCHAR, port_a INTEGER, port_b INTEGER,
              ab_packets BIGINT, ab_bytes BIGINT, ba_packets BIGINT, ba_bytes BIGINT, start BIGINT, last BIGINT, rtt BIGINT, node_tid VARCHAR, capture_id VARCHAR, host VARCHAR, finish VARCHAR)
            """);
        using (var appender = _connection.CreateAppender("flows"))
        {
            for (var number = 0; number < flows; number++)
            {
                var flow = SyntheticFlows.Of(number);
                appender.CreateRow()
                    .AppendValue(flow.Uuid).AppendValue(flow.TrackingId).AppendValue(flow.L3TrackingId).AppendValue(flow.LayersPath).AppendValue(flow.Application)
                    .AppendValue(flow.Link.A).AppendValue(flow.Link.B).AppendValue(flow.Network.A).AppendValue(flow.Network.B).AppendValue(flow.Transport.Protocol)
                    .AppendValue((int)flow.Transport.A).AppendValue((int)flow.Transport.B)
                    .AppendValue(flow.Metric.AbPackets).AppendValue(flow.Metric.AbBytes).AppendValue(flow.Metric.BaPackets).AppendValue(flow.Metric.BaBytes)
                    .AppendValue(flow.Start).AppendValue(flow.Last).AppendValue(flow.RttNs).AppendValue(flow.NodeTid).AppendValue(flow.CaptureId).AppendValue(flow.Host)
                    .AppendValue(flow.FinishType.ToString())
                    .EndRow();
            }
        }

        foreach (var column in (string[])["uuid", "tracking_id", "l3_tracking_id", "node_tid"])
        {
            Run($"CREATE INDEX by_{column} ON flows ({column})");
        }
    }

    /// <summary>Runs a statement, and reads all it answers.</summary>
    /// <returns>The first value of its first row, as text.</returns>
    public string Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var first = "";
        var isFirst = true;
        while (reader.Read())
        {
            for (var i = 0; i < reader.FieldCount; i++)
            {
                var value = reader.GetValue(i);
                first = isFirst ? value.ToString() ?? "" : first;
                isFirst = false;
            }
        }

        return first;
    }

    public void Dispose() => _connection.Dispose();
}
