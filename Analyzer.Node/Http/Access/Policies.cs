using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Shared.Messages.Security;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http.Access;

/// <summary>What each endpoint asks of whom calls it. One that says nothing asks for a viewer.</summary>
internal static class Policies
{
    /// <summary>Those of <see cref="Role.Operator"/>.</summary>
    public const string Operator = "operator";

    /// <summary>Those of <see cref="Role.Admin"/>.</summary>
    public const string Admin = "admin";

    /// <summary>Registers them.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>()
        .AddAuthorization(options =>
        {
            options.FallbackPolicy = options.DefaultPolicy = Of(Role.Viewer);
            options.AddPolicy(Operator, Of(Role.Operator));
            options.AddPolicy(Admin, Of(Role.Admin));
        });

    /// <summary>Who calls; null: nobody who's known.</summary>
    public static User? Caller(this HttpContext context) => context.Features.Get<User>();

    private static AuthorizationPolicy Of(Role role) =>
        new AuthorizationPolicyBuilder().RequireAssertion(asked => asked.Resource is HttpContext context && context.Caller() is { } user && user.Role >= role).Build();

    /// <summary>Says no in the API's words.</summary>
    private sealed class Refusals : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (authorizeResult.Succeeded)
            {
                return next(context);
            }

            throw context.Caller() is null ? NoLogin(context) : Forbidden($"{context.Caller()!.Name} may not do that");
        }
    }

    /// <summary>It isn't known who calls.</summary>
    public static ApiException NoLogin(HttpContext context)
    {
        ListenerMetrics.CountRefused("http", "login");
        // A browser would ask in a window of its own, which the page does better.
        if (!context.Request.Headers.ContainsKey("Sec-Fetch-Mode"))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"skydive\", charset=\"UTF-8\"";
        }

        return new ApiException(StatusCodes.Status401Unauthorized, "login", "log in first");
    }

    /// <summary>Who calls may not.</summary>
    public static ApiException Forbidden(string message)
    {
        ListenerMetrics.CountRefused("http", "role");
        return new ApiException(StatusCodes.Status403Forbidden, "forbidden", message);
    }
}
