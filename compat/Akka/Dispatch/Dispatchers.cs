using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The system's dispatchers, each made from the configuration section that its id names.</summary>
public sealed class Dispatchers
{
    public static readonly string DefaultDispatcherId = "akka.actor.default-dispatcher";

    internal const string InternalDispatcherId = "akka.actor.internal-dispatcher";

    private readonly ActorSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<MessageDispatcher>> _dispatchers = new();

    internal Dispatchers(ActorSystem system) => _system = system;

    public MessageDispatcher DefaultGlobalDispatcher => Lookup(DefaultDispatcherId);

    public bool HasDispatcher(string id) => _system.Settings.Config.HasPath(id);

    /// <exception cref="ConfigurationException">There's no such section, or its type is unknown.</exception>
    public MessageDispatcher Lookup(string dispatcherName)
    {
        var id = string.IsNullOrEmpty(dispatcherName) ? DefaultDispatcherId : dispatcherName;
        if (_dispatchers.TryGetValue(id, out var known)) return known.Value;
        if (!HasDispatcher(id)) throw new ConfigurationException($"Dispatcher [{id}] not configured.");
        if (TypeOf(id) is not "PinnedDispatcher") return _dispatchers.GetOrAdd(id, key => new Lazy<MessageDispatcher>(() => Create(key))).Value;
        // A thread per actor: each lookup is for one, and its end is the thread's.
        return Create(id);
    }

    /// <summary>How much a bounded stash holds: the mailbox's own setting, else the default mailbox's; -1 is no limit.</summary>
    internal int StashCapacity(string mailbox)
    {
        var config = _system.Settings.Config;
        var capacity = string.IsNullOrEmpty(mailbox) ? -1 : config.GetInt($"{mailbox}.stash-capacity", -1);
        return capacity > 0 ? capacity : config.GetInt("akka.actor.default-mailbox.stash-capacity", -1);
    }

    internal void Shutdown()
    {
        foreach (var dispatcher in _dispatchers.Values) dispatcher.Value.Shutdown();
    }

    private string TypeOf(string id) => _system.Settings.Config.GetString($"{id}.type", "Dispatcher")!;

    private MessageDispatcher Create(string id)
    {
        var config = _system.Settings.Config;
        var throughput = config.GetInt($"{id}.throughput", 30);
        return TypeOf(id) switch
        {
            "Dispatcher" or "TaskDispatcher" or "SynchronizedDispatcher" => new ThreadPoolDispatcher(id, throughput),
            "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit" => new CallingThreadDispatcher(id, throughput),
            "PinnedDispatcher" => new DedicatedThreadsDispatcher(id, throughput, 1, isPinned: true),
            "ForkJoinDispatcher" => new DedicatedThreadsDispatcher(id, throughput, config.GetInt($"{id}.dedicated-thread-pool.thread-count", Environment.ProcessorCount), isPinned: false),
            var other => throw new ConfigurationException($"Could not resolve dispatcher type [{other}] at {id}.type."),
        };
    }
}
