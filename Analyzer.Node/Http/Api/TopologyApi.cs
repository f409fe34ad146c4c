using System.Diagnostics;
using Akka.Actor;
using Analyzer.Node.Telemetry;
using Analyzer.Node.Views;
using Shared.Messages.Telemetry;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;

namespace Analyzer.Node.Http.Api;

/// <summary>POST /api/topology {"GremlinQuery": "…"}, whose raw packets are given as a capture file where that's accepted, and GET /api/flows?limit=….</summary>
internal sealed class TopologyApi(AnalyzerServices services)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/topology", QueryAsync);
        routes.MapGet("/api/flows", FlowsAsync);
    }

    private async Task QueryAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var query = GremlinQuery.Parse(body.RequiredText("GremlinQuery"));
        body.RefuseUnknown();
        if (!PcapAnswer.IsWanted(context))
        {
            await AnswerAsync(context, query).ConfigureAwait(false);
            return;
        }

        PcapAnswer.CheckKind(query.Result);
        await PcapAnswer.WriteAsync(context, (RawPacketsTraversal)await RunAsync(context, query).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FlowsAsync(HttpContext context)
    {
        var limit = context.Request.Query["limit"].ToString();
        if (limit.Length == 0)
        {
            limit = "1000";
        }

        if (!int.TryParse(limit, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count))
        {
            throw ApiException.BadField("limit", $"limit should be a whole number, not '{limit}'");
        }

        await AnswerAsync(context, GremlinQuery.Parse($"G.Flows().Sort(DESC, 'Last').Limit({count})")).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, GremlinQuery query)
    {
        var result = await RunAsync(context, query).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json => TraversalJson.Write(json, result)).ConfigureAwait(false);
    }

    private async Task<Traversal> RunAsync(HttpContext context, GremlinQuery query)
    {
        using var span = Traces.Start("gremlin query")?.SetTag("skydive.query", query.Text);
        var started = Stopwatch.GetTimestamp();
        var result = "failed";
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            stop.CancelAfter(services.QueryTimeout);
            var current = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout, stop.Token).ConfigureAwait(false);
            var answer = await query.RunAsync(current.Graph, services.Flows, stop.Token).ConfigureAwait(false);
            result = "answered";
            return answer;
        }
        catch (GremlinException)
        {
            result = "refused";
            throw;
        }
        finally
        {
            AnalyzerMetrics.CountQuery(started, result);
        }
    }
}
