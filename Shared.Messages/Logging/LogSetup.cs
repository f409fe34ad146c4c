using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;
using Shared.Messages.Configuration;

namespace Shared.Messages.Logging;

/// <summary>Sets Serilog up for a process.</summary>
public static class LogSetup
{
    // 07:41:02.118 INF user/agent/uplink: joined 192.168.50.10:9111
    private const string TextLine = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Source:l}: {Message:lj}{Cause:l}{NewLine}";

    /// <summary>The process's logger, to standard error so that standard output stays a program's answer. Dispose it last: that flushes it.</summary>
    public static Logger Create(LogOptions options)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LevelOf(options.Level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // Who asks for readiness gets the answer; it's no news that something isn't ready yet.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
            .Enrich.With<SourceEnricher>()
            .Enrich.With<CauseEnricher>();
        configuration = options.Json
            ? configuration.WriteTo.Console(new JsonFormatter(renderMessage: true), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: TextLine, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose);
        return configuration.CreateLogger();
    }

    /// <summary>The log of what's neither an actor nor made by the host's services.</summary>
    public static Microsoft.Extensions.Logging.ILogger Main(ILogger serilog) => new SerilogLoggerProvider(serilog).CreateLogger("main");

    private static LogEventLevel LevelOf(string level) => level switch
    {
        "debug" => LogEventLevel.Debug,
        "info" => LogEventLevel.Information,
        "warning" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not a log level"),
    };
}
