using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Shared.Messages.Logging;

/// <summary>Actors log by the source-generated messages of their project, and Akka's log takes them, with the actor's path.</summary>
public static class ActorLog
{
    /// <summary>The log of the actor whose context this is; to be asked for in its constructor.</summary>
    public static ILogger Log(this IActorContext context) => new Adapter(context.GetLogger());

    /// <summary>The log of something in an actor system that's no actor.</summary>
    public static ILogger Log(this ActorSystem system, string source) => new Adapter(Akka.Event.Logging.GetLogger(system, source));

    private sealed class Adapter(ILoggingAdapter log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && log.IsEnabled(LevelOf(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Generated messages have their values in the template's order, and the template itself last.
            if (state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values && values[^1] is { Key: "{OriginalFormat}", Value: string template })
            {
                log.Log(LevelOf(logLevel), exception, template, [.. values.Take(values.Count - 1).Select(value => value.Value)]);
            }
            else
            {
                log.Log(LevelOf(logLevel), exception, formatter(state, exception));
            }
        }

        private static AkkaLevel LevelOf(LogLevel level) => level switch
        {
            <= LogLevel.Debug => AkkaLevel.DebugLevel,
            LogLevel.Information => AkkaLevel.InfoLevel,
            LogLevel.Warning => AkkaLevel.WarningLevel,
            _ => AkkaLevel.ErrorLevel,
        };
    }
}
