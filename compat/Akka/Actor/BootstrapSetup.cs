using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

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
