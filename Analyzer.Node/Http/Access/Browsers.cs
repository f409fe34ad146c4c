using System.Net;
using Microsoft.Extensions.Primitives;
using Shared.Messages.Configuration;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http.Access;

/// <summary>
/// Middleware against what browsers can be made to do: requests by other sites' pages (Origin, Sec-Fetch-Site), by names that
/// were bent to this address (Host), and answers that are used as what they aren't. Who isn't a browser says none of it.
/// </summary>
internal sealed class Browsers(RequestDelegate next, HttpOptions options)
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; connect-src 'self' data:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    // An address in the URL can't be bent to another one.
    private readonly HashSet<string> _names = new([.. options.Hosts, "localhost", Environment.MachineName], StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        var host = context.Request.Host;
        if (!IsAllowed(host.Host))
        {
            throw Refused("host", StatusCodes.Status400BadRequest, "this name isn't one of the analyzer's (skydive.analyzer.http.hosts)");
        }

        var isData = IsData(context.Request);
        if (isData)
        {
            headers.CacheControl = "no-store";
        }

        return (isData && !IsOwn(context.Request)) || !IsOfOrigin(context.Request)
            ? throw Refused("origin", StatusCodes.Status403Forbidden, "another site's page may not ask this")
            : next(context);
    }

    private bool IsAllowed(string host) => IPAddress.TryParse(host.Trim('[', ']'), out _) || _names.Contains(host);

    // Page, scripts and pictures are nobody's secret, and links to them come from anywhere.
    private static bool IsData(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        || request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/ws") || request.Path.StartsWithSegments("/metrics") || request.Path.StartsWithSegments("/login");

    private static bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";

    private static bool IsOfOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return StringValues.IsNullOrEmpty(origin)
            || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var uri) && uri.Authority.Equals(Authority(request.Host, uri), StringComparison.OrdinalIgnoreCase)
                && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && !request.IsHttps)));
    }

    // Uri leaves a scheme's own port out, and browsers do of the host.
    private static string Authority(HostString host, Uri origin) => host.Port is { } port && port != (origin.Scheme == Uri.UriSchemeHttps ? 443 : 80) ? $"{host.Host}:{port}" : host.Host;

    private static ApiException Refused(string why, int status, string message)
    {
        ListenerMetrics.CountRefused("http", why);
        return new ApiException(status, why, message);
    }
}
