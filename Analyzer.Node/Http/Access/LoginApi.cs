using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Analyzer.Node.Http.Access;

/// <summary>POST /login and /logout, with Skydive's form and answer, and GET /api/user: who one is.</summary>
internal sealed class LoginApi(Logins logins, UsersOptions options, AuditLog audit)
{
    private const int LongestForm = 4 << 10;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/login", LoginAsync).AllowAnonymous();
        routes.MapPost("/logout", Logout).AllowAnonymous();
        routes.MapGet("/api/user", WhoAsync);
    }

    private async Task LoginAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LongestForm;
        if (!context.Request.HasFormContentType)
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "bad-form", "log in with a form: username and password");
        }

        var form = await FormAsync(context).ConfigureAwait(false);
        if (!logins.AreAsked)
        {
            await WriteAsync(context, User.Anybody, "").ConfigureAwait(false);
            return;
        }

        var name = form["username"].ToString();
        var (result, user) = await logins.LookAsync(name, form["password"].ToString(), context.Connection.RemoteIpAddress ?? IPAddress.None, context.RequestAborted).ConfigureAwait(false);
        if (user is null)
        {
            audit.NoLogin(context, name, result);
            throw result == LoginResult.TooMany ? WhoAsks.TooMany() : new ApiException(StatusCodes.Status401Unauthorized, "login", "no such user, or not the password");
        }

        audit.LoggedIn(context, user);
        var token = logins.Begin(user);
        var cookie = new CookieOptions { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = options.Session };
        foreach (var names in WhoAsks.Cookies)
        {
            context.Response.Cookies.Append(names, token, cookie);
        }

        await WriteAsync(context, user, token).ConfigureAwait(false);
    }

    private static async Task<IFormCollection> FormAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 8, KeyLengthLimit = 64, ValueLengthLimit = 1024 }, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "bad-form", "log in with a form: username and password");
        }
    }

    private void Logout(HttpContext context)
    {
        if (WhoAsks.TokenOf(context.Request) is { } token)
        {
            logins.End(token);
        }

        foreach (var name in WhoAsks.Cookies)
        {
            context.Response.Cookies.Delete(name);
        }
    }

    private Task WhoAsync(HttpContext context) => WriteAsync(context, context.Caller()!, "");

    // Token and Permissions are Skydive's.
    private Task WriteAsync(HttpContext context, User user, string token) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        if (token.Length > 0)
        {
            json.WriteString("Token"u8, token);
        }

        json.WriteString("Name"u8, user.Name);
        json.WriteString("Role"u8, user.Role.ToString().ToLowerInvariant());
        json.WriteBoolean("RawPackets"u8, user.RawPackets);
        json.WriteBoolean("Asked"u8, logins.AreAsked);
        json.WriteStartArray("Permissions"u8);
        foreach (var (what, action, role) in Permissions)
        {
            Permission(json, what, action, user.Role >= role);
        }

        Permission(json, "capture", "rawpackets", user.RawPackets);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static readonly (string Object, string Action, Role Role)[] Permissions =
    [
        ("topology", "read", Role.Viewer), ("status", "read", Role.Viewer), ("capture", "read", Role.Viewer), ("capture", "write", Role.Operator),
        ("injectpacket", "read", Role.Viewer), ("injectpacket", "write", Role.Operator), ("pcap", "write", Role.Operator),
    ];

    private static void Permission(Utf8JsonWriter json, string what, string action, bool allowed)
    {
        json.WriteStartObject();
        json.WriteString("Object"u8, what);
        json.WriteString("Action"u8, action);
        json.WriteBoolean("Allowed"u8, allowed);
        json.WriteEndObject();
    }
}
