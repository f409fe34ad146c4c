using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Event;

/// <summary>Subscribers by class of event.</summary>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
    where TEvent : notnull
    where TClassifier : notnull
    where TSubscriber : notnull
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TClassifier, TSubscriber[]> _cache = new();
    private readonly List<(TSubscriber Subscriber, TClassifier Classifier)> _subscriptions = [];

    /// <summary>True when the subscription is new.</summary>
    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_lock)
        {
            // A subscription to a parent class covers this one.
            if (_subscriptions.Exists(each => each.Subscriber.Equals(subscriber) && each.Classifier.Equals(classifier))) return false;
            _subscriptions.Add((subscriber, classifier));
            _cache.Clear();
            return true;
        }
    }

    public virtual bool Unsubscribe(TSubscriber subscriber)
    {
        lock (_lock)
        {
            var removed = _subscriptions.RemoveAll(each => each.Subscriber.Equals(subscriber)) > 0;
            if (removed) _cache.Clear();
            return removed;
        }
    }

    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_lock)
        {
            var removed = _subscriptions.RemoveAll(each => each.Subscriber.Equals(subscriber) && IsSubClassification(classifier, each.Classifier)) > 0;
            if (removed) _cache.Clear();
            return removed;
        }
    }

    public virtual void Publish(TEvent @event)
    {
        var classifier = GetClassifier(@event);
        if (!_cache.TryGetValue(classifier, out var subscribers)) subscribers = Find(classifier);
        foreach (var subscriber in subscribers) Publish(@event, subscriber);
    }

    /// <summary>True when <paramref name="child"/> is <paramref name="parent"/> or below it.</summary>
    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);

    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    protected abstract bool Classify(TEvent @event, TClassifier classifier);

    protected abstract TClassifier GetClassifier(TEvent @event);

    internal bool HasSubscriber(TSubscriber subscriber)
    {
        lock (_lock) return _subscriptions.Exists(each => each.Subscriber.Equals(subscriber));
    }

    private TSubscriber[] Find(TClassifier classifier)
    {
        lock (_lock)
        {
            TSubscriber[] found = [.. _subscriptions.Where(each => IsSubClassification(each.Classifier, classifier)).Select(each => each.Subscriber).Distinct()];
            _cache[classifier] = found;
            return found;
        }
    }
}

/// <summary>A bus whose subscribers are actors.</summary>
public abstract class ActorEventBus<TEvent, TClassifier> : EventBus<TEvent, TClassifier, IActorRef>
    where TEvent : notnull
    where TClassifier : notnull
{
}

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
