using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Analyzer.Node.Http;
using Analyzer.Node.Queries;
using Analyzer.Node.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Tests.Http;

/// <summary>Answers that are written as they come: how they begin, go on, fail and end.</summary>
public sealed class StreamedAnswerTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_answer_is_one_array_of_all_parts()
    {
        using var client = await ServeAsync(stop => Parts(3, stop: stop));

        var flows = JsonNode.Parse(await client.GetStringAsync("/"))!.AsArray();
        flows.Select(flow => flow!["UUID"]!.ToString()).ShouldBe(TestFlows.Ids("1", "2", "3"));
    }

    [Fact]
    public async Task An_answer_without_parts_is_an_empty_array()
    {
        using var client = await ServeAsync(stop => Parts(0, stop: stop));

        (await client.GetStringAsync("/")).ShouldBe("[]");
    }

    [Fact]
    public async Task What_fails_before_the_first_part_is_an_error_as_any_other()
    {
        using var client = await ServeAsync(stop => Parts(0, new FlowQueryException("partition 3 is away"), stop: stop));

        using var answer = await client.GetAsync("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
        (error["code"]!.ToString(), error["message"]!.ToString()).ShouldBe(("unavailable", "partition 3 is away"));
    }

    [Fact]
    public async Task A_query_of_too_many_flows_is_refused_with_the_key_that_says_how_many()
    {
        using var client = await ServeAsync(stop => Parts(0, new AnswerTooLargeException("more than 5 flows (skydive.analyzer.http.query-rows)"), stop: stop));

        using var answer = await client.GetAsync("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"error\":{\"code\":\"too-much\",\"message\":\"more than 5 flows (skydive.analyzer.http.query-rows)\",\"where\":\"GremlinQuery\"}}");
    }

    [Fact]
    public async Task What_fails_later_ends_the_answer_with_its_reason_and_nobody_takes_it_for_whole()
    {
        using var client = await ServeAsync(stop => Parts(2, new FlowQueryException("partition 3 is away"), stop: stop));

        var (text, failed) = await ReadAsync(client);
        failed.ShouldBeTrue();
        text.ShouldEndWith(",{\"error\":{\"code\":\"unavailable\",\"message\":\"partition 3 is away\",\"where\":\"flows\"}}");
        Should.Throw<JsonException>(() => JsonDocument.Parse(text));
        JsonNode.Parse(text + "]")!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_answer_whose_time_is_over_ends_with_that()
    {
        using var client = await ServeAsync(stop => Parts(2, new OperationCanceledException(), stop: stop));

        var (text, failed) = await ReadAsync(client);
        failed.ShouldBeTrue();
        text.ShouldContain("\"code\":\"timeout\"");
        text.ShouldContain("skydive.analyzer.http.query-timeout");
    }

    [Fact]
    public async Task An_answer_that_grows_too_large_ends_with_that()
    {
        using var client = await ServeAsync(stop => Parts(100, stop: stop), mostBytes: 5_000);

        var (text, failed) = await ReadAsync(client);
        failed.ShouldBeTrue();
        text.ShouldContain("the answer is larger than 5000 bytes (skydive.analyzer.http.query-bytes)");
    }

    [Fact]
    public async Task The_first_part_is_there_before_the_last_one_is_made()
    {
        var goOn = new TaskCompletionSource();
        using var client = await ServeAsync(stop => Parts(2, wait: goOn.Task, stop: stop));

        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[10];
        (await body.ReadAtLeastAsync(buffer, 10)).ShouldBe(10);
        goOn.SetResult();
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

    private static async Task<(string Text, bool Failed)> ReadAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync();
        using var read = new MemoryStream();
        try
        {
            await body.CopyToAsync(read);
            return (Encoding.UTF8.GetString(read.ToArray()), false);
        }
        catch (HttpIOException)
        {
            return (Encoding.UTF8.GetString(read.ToArray()), true);
        }
    }

    private async IAsyncEnumerable<FlowsPart> Parts(
        int count, Exception? end = null, Task? wait = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
    {
        try
        {
            for (var i = 1; i <= count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var rows = TestFlows.Rows([TestFlows.Flow(i.ToString("x"))]);
                var part = new FlowsPart { Block = Google.Protobuf.ByteString.CopyFrom(FlowBlock.Write(rows)) };
                default(FlowUpdate).AddTo(part.Updates, rows[0]);
                yield return part;
                await (wait ?? Task.CompletedTask);
            }

            if (end is not null)
            {
                throw end;
            }
        }
        finally
        {
            _gone.TrySetResult();
        }
    }

    private async Task<HttpClient> ServeAsync(Func<CancellationToken, IAsyncEnumerable<FlowsPart>> parts, long mostBytes = long.MaxValue)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.UseMiddleware<ErrorAnswers>();
        _server.MapGet("/", (HttpContext context) => JsonAnswer.StreamAsync(context, new PartsStream(parts(context.RequestAborted)), mostBytes, context.RequestAborted));
        await _server.StartAsync();
        return new HttpClient { BaseAddress = new Uri(_server.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }
}
