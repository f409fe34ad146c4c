using System.Data.Common;
using Akka.Actor;
using Serilog.Core;
using Serilog.Events;

namespace Shared.Messages.Logging;

/// <summary>
/// Says why, for people: of an exception that tells of the world outside (a file, a peer, a database) what it says, on the same line;
/// of any other the whole stack, since it's a defect.
/// </summary>
internal sealed class CauseEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Exception is { } exception)
            logEvent.AddOrUpdateProperty(propertyFactory.CreateProperty("Cause", Describe(exception)));
    }

    internal static string Describe(Exception exception)
    {
        var messages = new List<string>();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (!IsOutside(e))
                return Environment.NewLine + exception;
            messages.Add(e.Message);
        }

        return ": " + string.Join(": ", messages);
    }

    // SocketException and its like derive from Win32Exception. Akka's own say that a peer or plugin failed, and which.
    private static bool IsOutside(Exception e) =>
        e is IOException or System.ComponentModel.Win32Exception or DbException or TimeoutException or OperationCanceledException or AkkaException;
}
