using System.Globalization;
using Akka.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;
using Shared.Messages.Configuration;

namespace Shared.Messages.Logging;

/// <summary>Sets Serilog up for a process and Akka up to log through it.</summary>
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
            .Enrich.WithProperty("Source", "main")
            .Enrich.With<CauseEnricher>();
        configuration = options.Json
            ? configuration.WriteTo.Console(new JsonFormatter(renderMessage: true), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: TextLine, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose);
        return configuration.CreateLogger();
    }

    /// <summary>The HOCON that makes Akka log through <see cref="SerilogLogger"/>, which writes to <see cref="Log.Logger"/>.</summary>
    public static Config AkkaSettings(LogOptions options) => ConfigurationFactory.ParseString($$"""
        akka {
          loggers = ["{{typeof(SerilogLogger).FullName}}, {{typeof(SerilogLogger).Assembly.GetName().Name}}"]
          loglevel = {{options.Level.ToUpperInvariant()}}
          stdout-loglevel = WARNING
          log-dead-letters-during-shutdown = off
        }
        """);

    private static LogEventLevel LevelOf(string level) => level switch
    {
        "debug" => LogEventLevel.Debug,
        "info" => LogEventLevel.Information,
        "warning" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not a log level"),
    };
}
