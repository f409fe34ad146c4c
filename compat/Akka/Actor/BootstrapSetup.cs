using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Which provider a system runs on.</summary>
public abstract class ProviderSelection
{
    private ProviderSelection(string name, bool hasCluster)
    {
        Name = name;
        HasCluster = hasCluster;
    }

    internal string Name { get; }

    internal bool HasCluster { get; }

    public sealed class Local : ProviderSelection
    {
        public static readonly Local Instance = new();

        private Local()
            : base("Akka.Actor.LocalActorRefProvider", false)
        {
        }
    }

    public sealed class Remote : ProviderSelection
    {
        public static readonly Remote Instance = new();

        private Remote()
            : base("Akka.Remote.RemoteActorRefProvider, Akka.Remote", false)
        {
        }
    }

    public sealed class Cluster : ProviderSelection
    {
        public static readonly Cluster Instance = new();

        private Cluster()
            : base("Akka.Cluster.ClusterActorRefProvider, Akka.Cluster", true)
        {
        }
    }

    internal sealed class Custom(string name) : ProviderSelection(name, name.Contains("cluster", StringComparison.OrdinalIgnoreCase));

    internal static ProviderSelection From(string name) => name switch
    {
        "local" or "Akka.Actor.LocalActorRefProvider" or "Akka.Actor.LocalActorRefProvider, Akka" => Local.Instance,
        "remote" or "Akka.Remote.RemoteActorRefProvider, Akka.Remote" => Remote.Instance,
        "cluster" or "Akka.Cluster.ClusterActorRefProvider, Akka.Cluster" => Cluster.Instance,
        _ => new Custom(name),
    };
}

/// <summary>What's needed to start a system: configuration and provider.</summary>
public sealed class BootstrapSetup : Setup.Setup
{
    private BootstrapSetup(Option<Config> config, Option<ProviderSelection> provider, Config? fallback)
    {
        Config = config;
        ActorRefProvider = provider;
        Fallback = fallback;
    }

    public Option<Config> Config { get; }

    public Option<ProviderSelection> ActorRefProvider { get; }

    internal Config? Fallback { get; }

    public static BootstrapSetup Create() => new(Option<Config>.None, Option<ProviderSelection>.None, null);

    public BootstrapSetup WithConfig(Config config) => new(config, ActorRefProvider, Fallback);

    public BootstrapSetup WithConfigFallback(Config config) => new(Config, ActorRefProvider, Fallback is null ? config : Fallback.WithFallback(config));

    public BootstrapSetup WithActorRefProvider(ProviderSelection name) => new(Config, name, Fallback);
}
