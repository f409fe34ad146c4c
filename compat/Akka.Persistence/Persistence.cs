using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Journal;
using Akka.Persistence.Recovering;

namespace Akka.Persistence;

/// <summary>The extension's id.</summary>
public class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    public static Persistence Instance { get; } = new();

    /// <summary>The defaults of <c>akka.persistence</c>.</summary>
    public static Config DefaultConfig() =>
        ConfigurationFactory.FromResource<Persistence>("Akka.Persistence.persistence.conf");

    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Starts the journals and snapshot stores by their configuration paths, each once per actor system.</summary>
public class PersistenceExtension : IExtension
{
    private const string NoSnapshotStore = "akka.persistence.no-snapshot-store";

    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<Plugin>> _plugins = new();
    private readonly string? _defaultJournal;
    private readonly string? _defaultSnapshotStore;

    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        _system.Settings.InjectTopLevelFallback(Persistence.DefaultConfig());
        var config = system.Settings.Config.GetConfig("akka.persistence");
        Settings = new PersistenceSettings(system, config);
        _defaultJournal = config.GetString("journal.plugin", null!);
        _defaultSnapshotStore = config.GetString("snapshot-store.plugin", null!);
        RecoveryPermitter = system.SystemActorOf(
            Props.Create(() => new RecoveryPermitter(config.GetInt("max-concurrent-recoveries", 50))), "recoveryPermitter");
        foreach (var id in config.GetStringList("journal.auto-start-journals", []))
            JournalFor(id);
        foreach (var id in config.GetStringList("snapshot-store.auto-start-snapshot-stores", []))
            SnapshotStoreFor(id);
    }

    public PersistenceSettings Settings { get; }

    internal IActorRef RecoveryPermitter { get; }

    /// <summary>The persistence id of an actor whose class doesn't name one: its path.</summary>
    public string PersistenceId(IActorRef actor) => actor.Path.ToStringWithoutAddress();

    /// <summary>The journal at this configuration path; the default one when it's empty.</summary>
    public IActorRef JournalFor(string journalPluginId) => Journal(journalPluginId).Actor;

    public IActorRef SnapshotStoreFor(string snapshotPluginId)
    {
        var id = string.IsNullOrEmpty(snapshotPluginId) ? _defaultSnapshotStore : snapshotPluginId;
        return PluginFor(string.IsNullOrEmpty(id) ? NoSnapshotStore : id, "akka.persistence.snapshot-store-plugin-fallback").Actor;
    }

    public EventAdapters AdaptersFor(string journalPluginId) => Journal(journalPluginId).Adapters;

    internal TimeSpan RecoveryEventTimeout(string journalPluginId) =>
        Journal(journalPluginId).Config.GetTimeSpan("recovery-event-timeout", TimeSpan.FromSeconds(30));

    internal int MaxMessageBatchSize(string journalPluginId) =>
        Journal(journalPluginId).Config.GetInt("max-message-batch-size", 200);

    /// <summary>What the plugin that runs as this actor was configured with.</summary>
    internal Config ConfigFor(IActorRef plugin) =>
        _plugins.TryGetValue(plugin.Path.Name, out var found)
            ? found.Value.Config
            : throw new ArgumentException($"No plugin is registered for actor [{plugin.Path}].", nameof(plugin));

    private Plugin Journal(string id)
    {
        var path = string.IsNullOrEmpty(id) ? _defaultJournal : id;
        return string.IsNullOrEmpty(path)
            ? throw new ArgumentException("Default journal plugin is not configured: set akka.persistence.journal.plugin.")
            : PluginFor(path, "akka.persistence.journal-plugin-fallback");
    }

    private Plugin PluginFor(string path, string fallback)
    {
        var lazy = _plugins.GetOrAdd(path, key => new Lazy<Plugin>(() => Start(key, fallback)));
        try
        {
            return lazy.Value;
        }
        catch
        {
            // A later call, after the configuration was injected or the assembly found, starts anew.
            _plugins.TryRemove(new KeyValuePair<string, Lazy<Plugin>>(path, lazy));
            throw;
        }
    }

    private Plugin Start(string path, string fallback)
    {
        var settings = _system.Settings.Config;
        if (!settings.HasPath(path))
            throw new ConfigurationException($"Persistence config is missing plugin config path for: {path}");
        var config = settings.GetConfig(path).WithFallback(settings.GetConfig(fallback));
        var className = config.GetString("class", null!);
        if (string.IsNullOrEmpty(className))
            throw new ConfigurationException($"Plugin class name must be defined in config property [{path}.class]");
        var type = Type.GetType(className, throwOnError: false)
            ?? throw new ConfigurationException($"Plugin class [{className}] of [{path}.class] was not found.");
        var props = type.GetConstructor([typeof(Config)]) is null ? Props.Create(type) : Props.Create(type, config);
        var dispatcher = config.GetString("plugin-dispatcher", null!);
        if (!string.IsNullOrEmpty(dispatcher))
            props = props.WithDispatcher(dispatcher);

        // The adapters come first: the plugin asks for them when it handles its first message.
        var adapters = EventAdapters.Create(_system, config);
        return new Plugin(_system.SystemActorOf(props, path), adapters, config);
    }

    private sealed record Plugin(IActorRef Actor, EventAdapters Adapters, Config Config);
}
