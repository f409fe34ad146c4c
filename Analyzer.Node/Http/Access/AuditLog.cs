using Analyzer.Node.Logging;
using Shared.Messages.Security;

namespace Analyzer.Node.Http.Access;

/// <summary>Who did what: the log whose source is "audit".</summary>
internal sealed class AuditLog(ILoggerFactory factory)
{
    /// <summary>The source of its lines.</summary>
    public const string Source = "audit";

    private const int LongestText = 1000;

    private readonly Microsoft.Extensions.Logging.ILogger _log = factory.CreateLogger(Source);

    /// <summary>Somebody changed something, or read what packets carried.</summary>
    public void Did(HttpContext context, string what, string of) =>
        _log.Did(context.Caller()?.Name ?? "nobody", From(context), what, Clean(of));

    /// <summary>Somebody logged in.</summary>
    public void LoggedIn(HttpContext context, User user) => _log.LoggedIn(user.Name, From(context));

    /// <summary>Somebody didn't.</summary>
    public void NoLogin(HttpContext context, string name, LoginResult result) =>
        _log.NoLogin(UserFile.IsName(name) ? name : "a name that can't be", From(context), result == LoginResult.TooMany ? "too many tries" : "no such user or wrong password");

    private static string From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    // One line, whatever somebody wrote.
    private static string Clean(string text) =>
        string.Concat((text.Length > LongestText ? text[..LongestText] + "…" : text).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
}
