using System.Data.Common;
using Akka.Actor;
using Serilog.Core;
using Serilog.Events;

namespace Shared.Messages.Logging;

/// <summary>Says who logs, for people: an actor by its path without address, everything else by its class.</summary>
internal sealed class SourceEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        var source = TextOf(logEvent, "LogSource") is { } actor ? ShortSource(actor) : TextOf(logEvent, "SourceContext") ?? "main";
        logEvent.AddOrUpdateProperty(propertyFactory.CreateProperty("Source", source));
    }

    /// <summary>"user/agent/uplink" of "[akka://skydive/user/agent/uplink#213]" and of the forms with an address in it.</summary>
    internal static string ShortSource(string source)
    {
        var path = source.AsSpan().Trim("[]");
        var scheme = path.IndexOf("://");
        if (scheme < 0 || !path.StartsWith("akka"))
        {
            return path.ToString();
        }

        path = path[(scheme + 3)..];
        var slash = path.IndexOf('/');
        path = slash < 0 ? path : path[(slash + 1)..];
        var uid = path.IndexOf('#');
        return (uid < 0 ? path : path[..uid]).ToString();
    }

    private static string? TextOf(LogEvent logEvent, string property) =>
        logEvent.Properties.TryGetValue(property, out var value) && value is ScalarValue { Value: { } text } ? text.ToString() : null;
}

/// <summary>
/// Says why, for people: of an exception that tells of the world outside (a file, a peer, a database) what it says, on the same line;
/// of any other the whole stack, since it's a defect.
/// </summary>
internal sealed class CauseEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Exception is { } exception)
        {
            logEvent.AddOrUpdateProperty(propertyFactory.CreateProperty("Cause", Describe(exception)));
        }
    }

    internal static string Describe(Exception exception)
    {
        var messages = new List<string>();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (!IsOutside(e))
            {
                return Environment.NewLine + exception;
            }

            messages.Add(e.Message);
        }

        return ": " + string.Join(": ", messages);
    }

    // SocketException and its like derive from Win32Exception. Akka's own say that a peer or plugin failed, and which.
    private static bool IsOutside(Exception e) =>
        e is IOException or System.ComponentModel.Win32Exception or DbException or TimeoutException or OperationCanceledException or AkkaException;
}
