using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence.Journal;

public interface IEventSequence
{
    IEnumerable<object> Events { get; }
}

public interface IEmptyEventSequence : IEventSequence
{
}

public sealed class EmptyEventSequence : IEmptyEventSequence
{
    public static readonly EmptyEventSequence Instance = new();

    private EmptyEventSequence()
    {
    }

    public IEnumerable<object> Events => [];
}

public class EventSequence<T> : IEventSequence
{
    public EventSequence(IEnumerable<object> events) => Events = [.. events];

    public IEnumerable<object> Events { get; }
}

public struct SingleEventSequence : IEventSequence
{
    private readonly object _event;

    public SingleEventSequence(object e) => _event = e;

    public IEnumerable<object> Events => [_event];
}

/// <summary>What an adapter makes of one stored event: none, one or many events.</summary>
public static class EventSequence
{
    public static readonly IEventSequence Empty = EmptyEventSequence.Instance;

    public static IEventSequence Single(object e) => new SingleEventSequence(e);

    public static IEventSequence Create(params object[] events) => new EventSequence<object>(events);

    public static IEventSequence Create(IEnumerable<object> events) => new EventSequence<object>(events);
}

/// <summary>Turns what an actor persists into what the journal stores.</summary>
public interface IWriteEventAdapter
{
    string Manifest(object evt);

    object ToJournal(object evt);
}

/// <summary>Turns what the journal stores into what an actor recovers from.</summary>
public interface IReadEventAdapter
{
    IEventSequence FromJournal(object evt, string manifest);
}

public interface IEventAdapter : IWriteEventAdapter, IReadEventAdapter
{
}

/// <summary>Leaves events as they are.</summary>
public sealed class IdentityEventAdapter : IEventAdapter
{
    private IdentityEventAdapter()
    {
    }

    public static IdentityEventAdapter Instance { get; } = new();

    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => evt;

    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Single(evt);
}

/// <summary>Several adapters bound to one type: each reads, none can write.</summary>
public sealed class CombinedReadEventAdapter : IEventAdapter
{
    private readonly IEventAdapter[] _adapters;

    public CombinedReadEventAdapter(IEnumerable<IEventAdapter> adapters) => _adapters = [.. adapters];

    public IEnumerable<IEventAdapter> Adapters => _adapters;

    public string Manifest(object evt) => throw OnlyReads();

    public object ToJournal(object evt) => throw OnlyReads();

    public IEventSequence FromJournal(object evt, string manifest) =>
        EventSequence.Create(_adapters.SelectMany(adapter => adapter.FromJournal(evt, manifest).Events));

    private static NotSupportedException OnlyReads() =>
        new("CombinedReadEventAdapter must not be used when writing (creating manifests) events!");
}

internal sealed class WriteOnlyAdapter(IWriteEventAdapter adapter) : IEventAdapter
{
    public string Manifest(object evt) => adapter.Manifest(evt);

    public object ToJournal(object evt) => adapter.ToJournal(evt);

    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Single(evt);
}

internal sealed class ReadOnlyAdapter(IReadEventAdapter adapter) : IEventAdapter
{
    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => evt;

    public IEventSequence FromJournal(object evt, string manifest) => adapter.FromJournal(evt, manifest);
}

/// <summary>A journal's adapters by event type, from its sections <c>event-adapters</c> and <c>event-adapter-bindings</c>.</summary>
public class EventAdapters
{
    private readonly ConcurrentDictionary<Type, IEventAdapter> _map;
    private readonly KeyValuePair<Type, IEventAdapter>[] _bindings;

    protected EventAdapters(ConcurrentDictionary<Type, IEventAdapter> map, IEnumerable<KeyValuePair<Type, IEventAdapter>> bindings, ILoggingAdapter? log)
    {
        _map = map;
        _bindings = [.. bindings];
    }

    public static EventAdapters Create(ExtendedActorSystem system, Config config)
    {
        var named = new Dictionary<string, IEventAdapter>();
        foreach (var (name, value) in Entries(config, "event-adapters"))
            named[name] = Instantiate(system, value.GetString() ?? string.Empty);

        var bindings = new List<KeyValuePair<Type, IEventAdapter>>();
        foreach (var (typeName, value) in Entries(config, "event-adapter-bindings"))
        {
            var type = Type.GetType(typeName, throwOnError: false)
                ?? throw new ConfigurationException($"event-adapter-bindings: type [{typeName}] was not found.");
            IEventAdapter[] adapters = [.. (value.IsArray() ? value.GetStringList() : [value.GetString() ?? string.Empty])
                .Select(name => named.TryGetValue(name, out var adapter)
                    ? adapter
                    : throw new ConfigurationException($"event-adapter-bindings: [{typeName}] is bound to [{name}], which event-adapters doesn't define."))];
            bindings.Add(new(type, adapters.Length == 1 ? adapters[0] : new CombinedReadEventAdapter(adapters)));
        }

        // The most special type first, so that the first that fits is the right one.
        bindings.Sort((a, b) => Depth(b.Key).CompareTo(Depth(a.Key)));
        return new EventAdapters(new(), bindings, system.Log);
    }

    public IEventAdapter Get<T>() => Get(typeof(T));

    public virtual IEventAdapter Get(Type type)
    {
        if (_bindings.Length == 0)
            return IdentityEventAdapter.Instance;
        return _map.GetOrAdd(type, key =>
        {
            foreach (var (bound, adapter) in _bindings)
            {
                if (bound.IsAssignableFrom(key))
                    return adapter;
            }

            return IdentityEventAdapter.Instance;
        });
    }

    private static IEnumerable<KeyValuePair<string, Configuration.Hocon.HoconValue>> Entries(Config config, string path) =>
        config.HasPath(path) ? config.GetConfig(path).AsEnumerable() : [];

    private static int Depth(Type type)
    {
        if (type.IsInterface)
            return type.GetInterfaces().Length;
        var depth = 1000;
        for (var t = type.BaseType; t is not null; t = t.BaseType)
            depth++;
        return depth;
    }

    private static IEventAdapter Instantiate(ExtendedActorSystem system, string className)
    {
        var type = Type.GetType(className, throwOnError: false)
            ?? throw new ConfigurationException($"event-adapters: class [{className}] was not found.");
        var instance = type.GetConstructor([typeof(ExtendedActorSystem)]) is null
            ? Activator.CreateInstance(type)
            : Activator.CreateInstance(type, system);
        return instance switch
        {
            IEventAdapter adapter => adapter,
            IWriteEventAdapter adapter => new WriteOnlyAdapter(adapter),
            IReadEventAdapter adapter => new ReadOnlyAdapter(adapter),
            _ => throw new ConfigurationException($"event-adapters: [{className}] is neither a write nor a read event adapter."),
        };
    }
}
