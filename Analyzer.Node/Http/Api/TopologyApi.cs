using System.Diagnostics;
using Akka.Actor;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Queries;
using Analyzer.Node.Telemetry;
using Analyzer.Node.Views;
using Shared.Messages.Telemetry;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;

namespace Analyzer.Node.Http.Api;

/// <summary>POST /api/topology {"GremlinQuery": "…"}, whose raw packets are given as a capture file where that's accepted, GET /api/flows?limit=…, and GET /api/flows.parquet?gremlin=….</summary>
internal sealed class TopologyApi(AnalyzerServices services, AuditLog audit)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/topology", QueryAsync);
        routes.MapGet("/api/flows", FlowsAsync);
        routes.MapGet("/api/flows.parquet", FlowFileAsync);
    }

    private async Task QueryAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var query = GremlinQuery.Parse(body.RequiredText("GremlinQuery"));
        body.RefuseUnknown();
        AllowPackets(context, query);
        if (!PcapAnswer.IsWanted(context))
        {
            await AnswerAsync(context, query).ConfigureAwait(false);
            return;
        }

        PcapAnswer.CheckKind(query.Result);
        await RunAsync(context, query, async (result, stop) =>
            await PcapAnswer.WriteAsync(context, result is PacketsStream packets ? await services.Flows.PacketsAsync(packets.Parts, stop).ConfigureAwait(false) : ((RawPacketsTraversal)result).Packets).ConfigureAwait(false)).ConfigureAwait(false);
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

    private Task FlowFileAsync(HttpContext context)
    {
        var query = GremlinQuery.Parse(context.Request.Query["gremlin"].ToString() is { Length: > 0 } text ? text : "G.Flows()");
        ParquetAnswer.CheckKind(query.Result);
        AllowPackets(context, query);
        return RunAsync(context, query, (result, stop) => ParquetAnswer.WriteAsync(context, result, services.MostBytes, stop));
    }

    // What packets carried is more than that there were packets.
    private void AllowPackets(HttpContext context, GremlinQuery query)
    {
        if (!query.TakesPackets)
        {
            return;
        }

        if (context.Caller() is not { RawPackets: true } user)
        {
            throw Policies.Forbidden($"{context.Caller()?.Name} may not read raw packets: that's a right of its own, rawpackets");
        }

        audit.Did(context, "read raw packets", query.Text);
    }

    private Task AnswerAsync(HttpContext context, GremlinQuery query) => RunAsync(context, query, (result, stop) => result is StreamTraversal stream
        ? JsonAnswer.StreamAsync(context, stream, services.MostBytes, stop)
        : JsonAnswer.WriteAsync(context, json => TraversalJson.Write(json, result, stop), mostBytes: services.MostBytes));

    // The time a query has is for all of it, to the last byte of its answer.
    private async Task RunAsync(HttpContext context, GremlinQuery query, Func<Traversal, CancellationToken, Task> answer)
    {
        using var span = Traces.Start("gremlin query")?.SetTag("skydive.query", query.Text);
        var started = Stopwatch.GetTimestamp();
        var result = "failed";
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            stop.CancelAfter(services.QueryTimeout);
            var current = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout, stop.Token).ConfigureAwait(false);
            await answer(await query.RunAsync(current.Graph, services.Flows, stop.Token, services.Sources).ConfigureAwait(false), stop.Token).ConfigureAwait(false);
            result = "answered";
        }
        catch (Exception e) when (e is GremlinException or AnswerTooLargeException)
        {
            result = "refused";
            throw;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw ErrorAnswers.TooLong;
        }
        finally
        {
            AnalyzerMetrics.CountQuery(started, result);
        }
    }
}
