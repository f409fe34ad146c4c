using System.Text.Json;
using Akka.Actor;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Injections;
using Google.Protobuf;
using Shared.Messages.Injections;
using InjectionList = Shared.Messages.Injections.Injections;

namespace Analyzer.Node.Http.Api;

/// <summary>/api/injectpacket: packet injections as Skydive's JSON has them.</summary>
internal sealed class InjectionApi(AnalyzerServices services, AuditLog audit)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/injectpacket", ListAsync);
        routes.MapGet("/api/injectpacket/{id}", GetAsync);
        routes.MapPost("/api/injectpacket", CreateAsync).RequireAuthorization(Policies.Operator);
        routes.MapDelete("/api/injectpacket/{id}", DeleteAsync).RequireAuthorization(Policies.Operator);
    }

    private async Task ListAsync(HttpContext context)
    {
        var injections = await InjectionsAsync().ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var injection in injections)
            {
                json.WritePropertyName(injection.Uuid);
                Write(json, injection);
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context, string id)
    {
        var injection = (await InjectionsAsync(id).ConfigureAwait(false)).FirstOrDefault(i => i.Uuid == id)
            ?? throw ApiException.NotFound($"there is no injection {id}", "id");
        await JsonAnswer.WriteAsync(context, json => Write(json, injection)).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var injection = Read(body);
        foreach (var made in new[] { "UUID", "TrackingID", "State", "Error", "Host", "NodeID" })
        {
            body.Text(made);
        }

        body.Number("StartTime", long.MaxValue);
        body.Number("Sent", long.MaxValue);
        body.RefuseUnknown();
        Refusals.Throw(InjectionRules.CheckSizes(injection));
        injection.Uuid = Guid.NewGuid().ToString();
        var (answer, _) = await services.AskRegistryAsync(services.Injections, new CreateInjection { Injection = injection }).ConfigureAwait(false);
        if (answer is not Injection created)
        {
            throw Refused(answer);
        }

        audit.Did(context, "injected", $"{created.Uuid} from {created.Src} to {created.Dst}, {created.Type} {created.Count} packets");
        await JsonAnswer.WriteAsync(context, json => Write(json, created)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context, string id)
    {
        var (answer, again) = await services.AskRegistryAsync(services.Injections, new DeleteInjection { Uuid = id }).ConfigureAwait(false);
        // Said again, it may have been done the time before.
        if (answer is not InjectionDeleted && !(again && answer is InjectionRefused { NotFound: true }))
        {
            throw Refused(answer);
        }

        audit.Did(context, "stopped injection", id);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<IEnumerable<Injection>> InjectionsAsync(string id = "") =>
        (await services.AskRegistryAsync<InjectionList>(services.Injections, new GetInjections { Uuid = id }).ConfigureAwait(false)).Injections_.OrderBy(i => i.StartTime);

    private static Exception Refused(object answer) => answer switch
    {
        InjectionRefused { NotFound: true } refused => ApiException.NotFound(refused.Reason, "id"),
        InjectionRefused { NotStored: true } refused => ApiException.Unavailable(refused.Reason),
        InjectionRefused refused => new ApiException(StatusCodes.Status400BadRequest, "refused", refused.Reason, Refusals.FieldOf(refused.Reason)),
        Status.Failure failure => failure.Cause,
        _ => new InvalidOperationException($"the injection registry answered with {answer.GetType().Name}"),
    };

    private static Injection Read(JsonBody body) => new()
    {
        Src = body.RequiredText("Src"),
        Dst = body.Text("Dst"),
        SrcIp = body.Text("SrcIP"),
        DstIp = body.Text("DstIP"),
        SrcMac = body.Text("SrcMAC"),
        DstMac = body.Text("DstMAC"),
        SrcPort = (uint)body.Number("SrcPort", 65535),
        DstPort = (uint)body.Number("DstPort", 65535),
        Type = body.Text("Type"),
        Payload = body.Text("Payload"),
        Count = (ulong)body.Number("Count", long.MaxValue, otherwise: 1),
        Interval = (ulong)body.Number("Interval", int.MaxValue),
        IcmpId = (uint)body.Number("ICMPID", 65535),
        Increment = body.Flag("Increment"),
        IncrementPayload = (ulong)body.Number("IncrementPayload", int.MaxValue),
        Ttl = (uint)body.Number("TTL", 255),
        Pcap = ByteString.CopyFrom(body.Bytes("Pcap")),
    };

    private static void Write(Utf8JsonWriter json, Injection injection)
    {
        json.WriteStartObject();
        json.WriteString("UUID"u8, injection.Uuid);
        json.WriteString("Src"u8, injection.Src);
        json.WriteString("Dst"u8, injection.Dst);
        json.WriteString("SrcIP"u8, injection.SrcIp);
        json.WriteString("DstIP"u8, injection.DstIp);
        json.WriteString("SrcMAC"u8, injection.SrcMac);
        json.WriteString("DstMAC"u8, injection.DstMac);
        json.WriteNumber("SrcPort"u8, injection.SrcPort);
        json.WriteNumber("DstPort"u8, injection.DstPort);
        json.WriteString("Type"u8, injection.Type);
        json.WriteString("Payload"u8, injection.Payload);
        json.WriteNumber("Count"u8, injection.Count);
        json.WriteNumber("Interval"u8, injection.Interval);
        json.WriteNumber("ICMPID"u8, injection.IcmpId);
        json.WriteBoolean("Increment"u8, injection.Increment);
        json.WriteNumber("IncrementPayload"u8, injection.IncrementPayload);
        json.WriteNumber("TTL"u8, injection.Ttl);
        json.WriteNumber("StartTime"u8, injection.StartTime);
        json.WriteString("TrackingID"u8, injection.TrackingId);
        json.WriteString("State"u8, injection.State);
        json.WriteString("Error"u8, injection.Error);
        json.WriteNumber("Sent"u8, injection.Sent);
        json.WriteString("Host"u8, injection.Host);
        json.WriteString("NodeID"u8, injection.NodeId);
        json.WriteEndObject();
    }
}
