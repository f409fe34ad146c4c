using Akka.Actor;

namespace Akka.Event;

/// <summary>A bus for log events, by type.</summary>
public class LoggingBus : ActorEventBus<object, Type>
{
    private readonly List<IActorRef> _loggers = [];

    public LogLevel LogLevel { get; private set; }

    public void SetLogLevel(LogLevel logLevel)
    {
        LogLevel = logLevel;
        foreach (var logger in _loggers.ToArray())
        {
            foreach (var level in Enum.GetValues<LogLevel>())
            {
                if (level < logLevel) Unsubscribe(logger, Logging.ClassFor(level));
                else Subscribe(logger, Logging.ClassFor(level));
            }
        }
    }

    public void StartStdoutLogger(Settings config)
    {
        SetUpStdoutLogger(config);
        LogLevel = Logging.LogLevelFor(config.StdoutLogLevel);
    }

    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event, ActorRefs.NoSender);

    protected override bool Classify(object @event, Type classifier) => classifier.IsInstanceOfType(@event);

    protected override Type GetClassifier(object @event) => @event.GetType();

    internal void AddLogger(IActorRef logger, LogLevel level)
    {
        foreach (var each in Enum.GetValues<LogLevel>())
        {
            if (each >= level) Subscribe(logger, Logging.ClassFor(each));
        }

        lock (_loggers) _loggers.Add(logger);
    }

    internal void FinishLoggerStart(LogLevel level, IActorRef stdoutLogger, bool keepStdout)
    {
        LogLevel = level;
        if (!keepStdout) Unsubscribe(stdoutLogger);
    }

    internal void StopLoggers()
    {
        lock (_loggers)
        {
            foreach (var logger in _loggers) Unsubscribe(logger);
            _loggers.Clear();
        }
    }

    private void SetUpStdoutLogger(Settings config)
    {
        var level = Logging.LogLevelFor(config.StdoutLogLevel);
        foreach (var each in Enum.GetValues<LogLevel>())
        {
            if (each >= level) Subscribe(config.StdoutLogger, Logging.ClassFor(each));
        }
    }
}
