using System.Net;
using System.Runtime.CompilerServices;
using Analyzer.Node.Http;
using Analyzer.Node.Queries;
using Analyzer.Node.Tests.Kit;
using DuckDB.NET.Data;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Parquet;

namespace Analyzer.Node.Tests.Http;

/// <summary>Parquet files that are written as the flows come: how they go on, fail and end.</summary>
public sealed class ParquetAnswerTests : IAsyncDisposable
{
    private const int FlowsOfPart = 4096;
    private const int PartsOfGroup = FlowParquet.RowsOfGroup / FlowsOfPart;

    private TaskCompletionSource<int> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _file = Path.GetTempFileName();
    private WebApplication? _server;

    public async ValueTask DisposeAsync()
    {
        File.Delete(_file);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Flows_of_several_row_groups_are_one_file()
    {
        const int parts = (3 * PartsOfGroup) - 1;
        using var client = await ServeAsync(stop => Parts(parts, stop: stop));
        await File.WriteAllBytesAsync(_file, await client.GetByteArrayAsync("/"));

        await using var database = new DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        (await AskAsync(database, "SELECT COUNT(DISTINCT row_group_id) FROM parquet_metadata('{0}')")).ShouldBe(3L);
        (await AskAsync(database, "SELECT COUNT(DISTINCT \"UUID\") FROM read_parquet('{0}')")).ShouldBe((long)parts * FlowsOfPart);
        (await AskAsync(database, "SELECT CAST(SUM(\"Metric.ABPackets\") AS BIGINT) FROM read_parquet('{0}')")).ShouldBe((long)parts * FlowsOfPart * 3);
    }

    [Fact]
    public async Task What_fails_before_the_first_row_group_is_an_error_as_any_other()
    {
        using var client = await ServeAsync(stop => Parts(1, new FlowQueryException("partition 3 is away"), stop));
        using var answer = await client.GetAsync("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("partition 3 is away");
    }

    [Fact]
    public async Task What_fails_later_ends_the_connection_and_nobody_takes_the_file_for_whole()
    {
        using var client = await ServeAsync(stop => Parts(PartsOfGroup + 1, new FlowQueryException("partition 3 is away"), stop));
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using (var file = File.Create(_file))
        {
            await Should.ThrowAsync<HttpIOException>(() => body.CopyToAsync(file));
        }

        new FileInfo(_file).Length.ShouldBeGreaterThan(1000);
        await using var database = new DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        await Should.ThrowAsync<DuckDBException>(() => AskAsync(database, "SELECT COUNT(*) FROM read_parquet('{0}')"));
    }

    [Fact]
    public async Task A_file_that_grows_too_large_ends_the_same_way()
    {
        using var group = await ServeAsync(stop => Parts(PartsOfGroup, stop: stop));
        var bytes = (await group.GetByteArrayAsync("/")).Length;
        await _server!.DisposeAsync();
        _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = await ServeAsync(stop => Parts(10 * PartsOfGroup, stop: stop), mostBytes: 3 * bytes);
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await Should.ThrowAsync<HttpIOException>(() => body.CopyToAsync(Stream.Null));
        (await _gone.Task.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeLessThan(10 * PartsOfGroup);
    }

    [Fact]
    public async Task Nothing_more_is_asked_for_when_the_client_has_left()
    {
        using var client = await ServeAsync(stop => Parts(int.MaxValue, stop: stop));
        using (var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1_000]);
        }

        await _gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<object?> AskAsync(DuckDBConnection database, string query)
    {
        await using var command = database.CreateCommand();
        command.CommandText = query.Replace("{0}", _file, StringComparison.Ordinal);
        return await command.ExecuteScalarAsync();
    }

    private async IAsyncEnumerable<FlowsPart> Parts(int count, Exception? end = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var given = 0;
        try
        {
            for (; given < count; given++)
            {
                stop.ThrowIfCancellationRequested();
                var rows = TestFlows.Rows([.. Enumerable.Range(given * FlowsOfPart, FlowsOfPart).Select(i => TestFlows.Flow((i + 1).ToString("x"), packets: 3))]);
                var part = new FlowsPart { Block = ByteString.CopyFrom(FlowBlock.Write(rows)) };
                for (var i = 0; i < rows.Count; i++)
                {
                    default(FlowUpdate).AddTo(part.Updates, rows[i]);
                }

                yield return part;
                await Task.Yield();
            }

            if (end is not null)
            {
                throw end;
            }
        }
        finally
        {
            _gone.TrySetResult(given);
        }
    }

    private async Task<HttpClient> ServeAsync(Func<CancellationToken, IAsyncEnumerable<FlowsPart>> parts, long mostBytes = long.MaxValue)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.UseMiddleware<ErrorAnswers>();
        _server.MapGet("/", (HttpContext context) => ParquetAnswer.WriteAsync(context, new PartsStream(parts(context.RequestAborted)), mostBytes, context.RequestAborted));
        await _server.StartAsync();
        return new HttpClient { BaseAddress = new Uri(_server.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }
}
