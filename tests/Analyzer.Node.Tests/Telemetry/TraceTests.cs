using System.Collections.Concurrent;
using System.Diagnostics;
using Analyzer.Node.Tests.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shared.Messages.Configuration;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Tests.Telemetry;

[Collection(nameof(ApiTests))]
public class TraceTests(RunningAnalyzer analyzer) : IClassFixture<RunningAnalyzer>
{
    [Fact]
    public async Task A_query_is_one_trace_from_the_request_to_every_partition_asked()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("skydive.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        await analyzer.QueryAsync("G.Flows().Has('UUID', 'traced')");

        var query = ended.Single(span => span.OperationName == "gremlin query" && span.GetTagItem("skydive.query") is string text && text.Contains("traced", StringComparison.Ordinal));
        ended.Where(span => span.OperationName == "flows query" && span.ParentSpanId == query.SpanId && span.TraceId == query.TraceId)
            .Select(span => span.GetTagItem("skydive.partition")).ShouldBe([0, 1], ignoreOrder: true);
    }

    [Fact]
    public async Task Metrics_and_traces_go_where_the_configuration_says_by_OTLP()
    {
        var received = new ConcurrentDictionary<string, string?>();
        var builder = WebApplication.CreateSlimBuilder();
        await using var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{kind}", async (string kind, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received[kind] = System.Text.Encoding.Latin1.GetString(body.ToArray());
        });
        await collector.StartAsync();

        var config = SkydiveConfig.Parse($"skydive {{ host-id = h1\n telemetry {{ otlp-endpoint = \"{collector.Urls.First()}\"\n otlp-protocol = http }} }}");
        var host = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        host.Services.AddSkydiveTelemetry(config, "analyzer");
        using (var node = host.Build())
        {
            await node.StartAsync();
            Traces.Start("a span of this test")!.Dispose();
            await node.StopAsync();
        }

        received["traces"].ShouldNotBeNull().ShouldContain("a span of this test");
        received["metrics"].ShouldNotBeNull().ShouldContain("skydive-analyzer");
    }
}
