using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Analyzer.Node.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Security;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http.Access;

/// <summary>
/// Middleware that finds out who calls: by a trusted proxy's header, by a token (X-Auth-Token, the cookie authtok or authtoken,
/// Authorization: Bearer), or by HTTP basic. Skydive's clients use all but the first.
/// </summary>
internal sealed class WhoAsks(RequestDelegate next, Logins logins, UsersOptions options, AuditLog audit)
{
    private const string Bearer = "Bearer ";

    /// <summary>Cookies in which a token comes: Skydive has had both names.</summary>
    internal static readonly IReadOnlyList<string> Cookies = ["authtok", "authtoken"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (await FindAsync(context).ConfigureAwait(false) is { } user)
        {
            context.Features.Set(user);
        }

        await next(context).ConfigureAwait(false);
    }

    /// <summary>The token a request comes with; null when it has none.</summary>
    internal static string? TokenOf(HttpRequest request)
    {
        if (request.Headers["X-Auth-Token"].ToString() is { Length: > 0 } header)
        {
            return header;
        }

        foreach (var name in Cookies)
        {
            if (request.Cookies[name] is { Length: > 0 } cookie)
            {
                return cookie;
            }
        }

        return request.Headers.Authorization.ToString() is var text && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : null;
    }

    private async Task<User?> FindAsync(HttpContext context)
    {
        if (!logins.AreAsked)
        {
            return User.Anybody;
        }

        var from = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (context.Request.Headers[options.ProxyHeader].ToString() is { Length: > 0 } named && logins.OfProxy(from, named) is { } told)
        {
            return told;
        }

        if (TokenOf(context.Request) is { } token && logins.Of(token) is { } user)
        {
            return user;
        }

        if (BasicOf(context.Request) is not var (name, password))
        {
            return null;
        }

        var (result, found) = await logins.LookAsync(name, password, from, context.RequestAborted).ConfigureAwait(false);
        if (found is null)
        {
            audit.NoLogin(context, name, result);
        }

        return result == LoginResult.TooMany ? throw TooMany() : found;
    }

    /// <summary>Somebody tries passwords.</summary>
    internal static ApiException TooMany()
    {
        ListenerMetrics.CountRefused("http", "passwords");
        return new ApiException(StatusCodes.Status429TooManyRequests, "too-many", "too many logins were tried: wait a minute");
    }

    private static (string Name, string Password)? BasicOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) || header.Parameter is null)
        {
            return null;
        }

        var bytes = new byte[header.Parameter.Length];
        if (!Convert.TryFromBase64String(header.Parameter, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : null;
    }
}
