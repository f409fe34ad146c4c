using Akka.Actor;
using Akka.Event;
using Serilog;
using Serilog.Events;
using LogEvent = Akka.Event.LogEvent;

namespace Shared.Messages.Logging;

/// <summary>
/// Akka's logger actor that writes to Serilog. A message's format is the event's template and its arguments are the properties
/// "0", "1", …; the logging actor's path is the property "Source".
/// </summary>
public sealed class SerilogLogger : ReceiveActor
{
    private readonly ILogger _logger;

    /// <summary>Logs to <see cref="Serilog.Log.Logger"/>.</summary>
    public SerilogLogger()
        : this(Serilog.Log.Logger)
    {
    }

    /// <summary>Logs to a logger of one's own.</summary>
    public SerilogLogger(ILogger logger)
    {
        _logger = logger;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private void Write(LogEvent logged)
    {
        var level = LevelOf(logged.LogLevel());
        if (!_logger.IsEnabled(level))
            return;
        var logger = _logger.ForContext("Source", ShortSource(logged.LogSource)).ForContext("LogClass", logged.LogClass?.Name);
        if (logged.Message is LogMessage message)
            logger.Write(level, logged.Cause, message.Format, [.. message.Parameters()]);
        else
            logger.Write(level, logged.Cause, "{Text:l}", logged.Message?.ToString());
    }

    /// <summary>"user/agent/uplink" of "[akka://skydive/user/agent/uplink#213]" and of the forms with an address in it.</summary>
    internal static string ShortSource(string? source)
    {
        var path = source.AsSpan().Trim("[]");
        var scheme = path.IndexOf("://");
        if (scheme < 0 || !path.StartsWith("akka"))
            return path.ToString();
        path = path[(scheme + 3)..];
        var slash = path.IndexOf('/');
        path = slash < 0 ? path : path[(slash + 1)..];
        var uid = path.IndexOf('#');
        return (uid < 0 ? path : path[..uid]).ToString();
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => LogEventLevel.Debug,
        LogLevel.InfoLevel => LogEventLevel.Information,
        LogLevel.WarningLevel => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
