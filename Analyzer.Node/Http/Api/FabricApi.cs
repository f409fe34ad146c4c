using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Analyzer.Node.Fabric;
using Analyzer.Node.Http.Access;
using Shared.Messages.Topology;

namespace Analyzer.Node.Http.Api;

/// <summary>/api/fabric: links of the fabric, {"Link": "TOR1 -> PORT1[MTU=1500]"}. Those of the configuration are listed as well.</summary>
internal sealed class FabricApi(AnalyzerServices services, AuditLog audit)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/fabric", ListAsync);
        routes.MapGet("/api/fabric/{id}", GetAsync);
        routes.MapPost("/api/fabric", CreateAsync).RequireAuthorization(Policies.Admin);
        routes.MapDelete("/api/fabric/{id}", DeleteAsync).RequireAuthorization(Policies.Admin);
    }

    private async Task ListAsync(HttpContext context)
    {
        var links = await LinksAsync().ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var link in links)
            {
                json.WritePropertyName(link.Uuid);
                Write(json, link);
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context, string id)
    {
        var link = (await LinksAsync(id).ConfigureAwait(false)).FirstOrDefault(l => l.Uuid == id)
            ?? throw ApiException.NotFound($"there is no fabric link {id}", "id");
        await JsonAnswer.WriteAsync(context, json => Write(json, link)).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var link = body.RequiredText("Link");
        body.Text("UUID");
        body.RefuseUnknown();
        Refusals.Throw(FabricLinksState.CheckSize(link));
        var (answer, _) = await services.AskRegistryAsync(services.Fabric, new CreateFabricLink { Link = link }).ConfigureAwait(false);
        if (answer is not FabricLink created)
        {
            throw Refused(answer);
        }

        audit.Did(context, "made link", created.Link);
        await JsonAnswer.WriteAsync(context, json => Write(json, created)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context, string id)
    {
        var (answer, again) = await services.AskRegistryAsync(services.Fabric, new DeleteFabricLink { Uuid = id }).ConfigureAwait(false);
        // Said again, it may have been done the time before.
        if (answer is not FabricLinkDeleted && !(again && answer is FabricLinkRefused { NotFound: true }))
        {
            throw Refused(answer);
        }

        audit.Did(context, "removed link", id);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<IEnumerable<FabricLink>> LinksAsync(string id = "") =>
        (await services.AskRegistryAsync<FabricLinks>(services.Fabric, new GetFabricLinks { Uuid = id }).ConfigureAwait(false)).Links;

    private static Exception Refused(object answer) => answer switch
    {
        FabricLinkRefused { NotFound: true } refused => ApiException.NotFound(refused.Reason, "id"),
        FabricLinkRefused { NotStored: true } refused => ApiException.Unavailable(refused.Reason),
        FabricLinkRefused { Column: > 0 } refused => new ApiException(
            StatusCodes.Status400BadRequest, "bad-link", refused.Reason, string.Create(CultureInfo.InvariantCulture, $"Link, column {refused.Column}")),
        FabricLinkRefused refused => new ApiException(StatusCodes.Status409Conflict, "refused", refused.Reason, "id"),
        Status.Failure failure => failure.Cause,
        _ => new InvalidOperationException($"the fabric answered with {answer.GetType().Name}"),
    };

    private static void Write(Utf8JsonWriter json, FabricLink link)
    {
        json.WriteStartObject();
        json.WriteString("UUID"u8, link.Uuid);
        json.WriteString("Link"u8, link.Link);
        json.WriteNumber("CreatedAt"u8, link.CreatedAt);
        json.WriteBoolean("Configured"u8, link.Configured);
        json.WriteEndObject();
    }
}
