using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Analyzer.Node.Captures;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Views;
using Shared.Messages.Captures;
using Shared.Messages.Telemetry;
using Topology.Fabric.Gremlin;
using Capture = Shared.Messages.Captures.Capture;
using CaptureList = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Http.Api;

/// <summary>/api/capture: captures as Skydive's JSON has them.</summary>
internal sealed class CaptureApi(AnalyzerServices services, AuditLog audit)
{
    /// <summary>A day, in seconds.</summary>
    private const long LongestPolling = 86_400;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/capture", ListAsync);
        routes.MapGet("/api/capture/{id}", GetAsync);
        routes.MapPost("/api/capture", CreateAsync).RequireAuthorization(Policies.Operator);
        routes.MapDelete("/api/capture/{id}", DeleteAsync).RequireAuthorization(Policies.Operator);
    }

    private async Task ListAsync(HttpContext context)
    {
        var captures = await CapturesAsync().ConfigureAwait(false);
        var graph = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var capture in captures)
            {
                json.WritePropertyName(capture.Uuid);
                Write(json, capture, CountNodes(capture, graph));
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context, string id)
    {
        var capture = (await CapturesAsync(id).ConfigureAwait(false)).FirstOrDefault(c => c.Uuid == id)
            ?? throw ApiException.NotFound($"there is no capture {id}", "id");
        var graph = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json => Write(json, capture, CountNodes(capture, graph))).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var capture = Read(body);
        // These are made here; scripts that post a capture they got before send them along.
        body.Text("UUID");
        body.Number("Count", long.MaxValue);
        body.Number("CreatedAt", long.MaxValue);
        body.RefuseUnlessEmpty("Target", "TargetType", "ExtraLayers");
        body.RefuseUnknown();
        Refusals.Throw(CaptureRules.CheckSizes(capture));
        GremlinQuery.ParseNodes(capture.GremlinQuery);
        if (capture.BpfFilter.Length > 0 && BpfFilters.Error(capture.BpfFilter) is { } error)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "bad-filter", $"the filter doesn't compile: {error}", "BPFFilter");
        }

        capture.Uuid = Guid.NewGuid().ToString();
        capture.TraceParent = Traces.Parent;
        var (answer, _) = await services.AskRegistryAsync(services.Captures, new CreateCapture { Capture = capture }).ConfigureAwait(false);
        if (answer is not Capture created)
        {
            throw Refused(answer);
        }

        audit.Did(context, "started capture", $"{created.Uuid} on {created.GremlinQuery}, raw packets {created.RawPacketLimit}");
        var graph = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json => Write(json, created, CountNodes(created, graph))).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context, string id)
    {
        var (answer, again) = await services.AskRegistryAsync(services.Captures, new DeleteCapture { Uuid = id }).ConfigureAwait(false);
        // Said again, it may have been done the time before.
        if (answer is not CaptureDeleted && !(again && answer is CaptureRefused { NotFound: true }))
        {
            throw Refused(answer);
        }

        audit.Did(context, "stopped capture", id);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<IEnumerable<Capture>> CapturesAsync(string id = "") =>
        (await services.AskRegistryAsync<CaptureList>(services.Captures, new GetCaptures { Uuid = id }).ConfigureAwait(false)).Captures_.OrderBy(c => c.CreatedAt);

    private static Exception Refused(object answer) => answer switch
    {
        CaptureRefused { NotFound: true } refused => ApiException.NotFound(refused.Reason, "id"),
        CaptureRefused { Duplicate: true } refused => new ApiException(StatusCodes.Status409Conflict, "duplicate", refused.Reason, "GremlinQuery"),
        CaptureRefused { NotStored: true } refused => ApiException.Unavailable(refused.Reason),
        CaptureRefused refused => new ApiException(StatusCodes.Status400BadRequest, "refused", refused.Reason, Refusals.FieldOf(refused.Reason)),
        Status.Failure failure => failure.Cause,
        _ => new InvalidOperationException($"the capture registry answered with {answer.GetType().Name}"),
    };

    // A query stored by an earlier version may not be readable any more, or take too long on today's graph; the list is still to be shown.
    private static int CountNodes(Capture capture, CurrentGraph graph)
    {
        using var stop = new CancellationTokenSource(GraphNodeSelector.SelectFor);
        try
        {
            return GremlinQuery.ParseNodes(capture.GremlinQuery).SelectNodes(graph.Graph, stop.Token).Count;
        }
        catch (Exception e) when (e is GremlinException or OperationCanceledException)
        {
            return 0;
        }
    }

    private static Capture Read(JsonBody body) => new()
    {
        GremlinQuery = body.RequiredText("GremlinQuery"),
        BpfFilter = body.Text("BPFFilter"),
        Name = body.Text("Name"),
        Description = body.Text("Description"),
        Type = body.Text("Type"),
        HeaderSize = (uint)body.Number("HeaderSize", CaptureLimits.MaxHeaderSize),
        RawPacketLimit = (uint)body.Number("RawPacketLimit", CaptureLimits.MaxRawPackets),
        ExtraTcpMetric = body.Flag("ExtraTCPMetric"),
        IpDefrag = body.Flag("IPDefrag"),
        Deduplicate = body.Flag("Deduplicate"),
        ReassembleTcp = body.Flag("ReassembleTCP"),
        LayerKeyMode = body.Text("LayerKeyMode"),
        SamplingRate = (uint)body.Number("SamplingRate", CaptureLimits.MaxSamplingRate),
        PollingInterval = (uint)body.Number("PollingInterval", LongestPolling),
        Port = (uint)body.Number("Port", 65535),
    };

    private static void Write(Utf8JsonWriter json, Capture capture, int count)
    {
        json.WriteStartObject();
        json.WriteString("UUID"u8, capture.Uuid);
        json.WriteString("GremlinQuery"u8, capture.GremlinQuery);
        json.WriteString("BPFFilter"u8, capture.BpfFilter);
        json.WriteString("Name"u8, capture.Name);
        json.WriteString("Description"u8, capture.Description);
        json.WriteString("Type"u8, capture.Type);
        json.WriteNumber("Count"u8, count);
        json.WriteNumber("HeaderSize"u8, capture.HeaderSize);
        json.WriteNumber("RawPacketLimit"u8, capture.RawPacketLimit);
        json.WriteBoolean("ExtraTCPMetric"u8, capture.ExtraTcpMetric);
        json.WriteBoolean("IPDefrag"u8, capture.IpDefrag);
        json.WriteBoolean("Deduplicate"u8, capture.Deduplicate);
        json.WriteBoolean("ReassembleTCP"u8, capture.ReassembleTcp);
        json.WriteString("LayerKeyMode"u8, capture.LayerKeyMode);
        json.WriteNumber("SamplingRate"u8, capture.SamplingRate);
        json.WriteNumber("PollingInterval"u8, capture.PollingInterval);
        json.WriteNumber("Port"u8, capture.Port);
        json.WriteNumber("CreatedAt"u8, capture.CreatedAt);
        json.WriteEndObject();
    }
}
