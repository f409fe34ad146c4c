using Akka.Actor;
using Akka.Configuration;

namespace Compat.Persistence.Tests.Kit;

/// <summary>Starts actor systems for a test, and stops them after it.</summary>
public abstract class Systems : IAsyncLifetime
{
    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var system in _systems)
            await system.Terminate();
    }

    protected ActorSystem Start(string persistence)
    {
        var system = ActorSystem.Create($"persistence-{_systems.Count}", ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.stdout-loglevel = OFF
            {{persistence}}
            """).WithFallback(ConfigurationFactory.ParseString(StorySerializer.Hocon)));
        _systems.Add(system);
        return system;
    }
}
