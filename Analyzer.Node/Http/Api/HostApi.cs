using Akka.Actor;
using Analyzer.Node.Http.Access;
using Shared.Messages.Configuration;
using Shared.Messages.Topology;

namespace Analyzer.Node.Http.Api;

/// <summary>DELETE /api/host/{name}: a host that left is known no more.</summary>
internal sealed class HostApi(AnalyzerServices services, AuditLog audit)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapDelete("/api/host/{name}", ForgetAsync).RequireAuthorization(Policies.Admin);

    private async Task ForgetAsync(HttpContext context, string name)
    {
        if (!HostId.IsValid(name))
        {
            throw ApiException.NotFound($"there is no host {name}", "name");
        }

        var (answer, again) = await services.AskRegistryAsync(services.Hosts, new ForgetHost { Host = name }).ConfigureAwait(false);
        // Said again, it may have been done the time before.
        if (answer is HostForgotten || (again && answer is HostRefused { NotFound: true }))
        {
            audit.Did(context, "forgot host", name);
            context.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        throw answer switch
        {
            HostRefused { NotFound: true } refused => ApiException.NotFound(refused.Reason, "name"),
            HostRefused refused => new ApiException(StatusCodes.Status409Conflict, "refused", refused.Reason, "name"),
            Status.Failure failure => failure.Cause,
            _ => new InvalidOperationException($"the host's entity answered with {answer.GetType().Name}"),
        };
    }
}
