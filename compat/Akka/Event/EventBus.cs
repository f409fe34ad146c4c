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
