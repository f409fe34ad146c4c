using System.Diagnostics;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A tree of actors with all they share: threads, scheduler, events, configuration.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem()
    {
    }

    public abstract Settings Settings { get; }

    public abstract string Name { get; }

    public abstract Serialization.Serialization Serialization { get; }

    public abstract EventStream EventStream { get; }

    public abstract IActorRef DeadLetters { get; }

    public abstract Dispatchers Dispatchers { get; }

    public abstract IScheduler Scheduler { get; }

    public abstract ILoggingAdapter Log { get; }

    /// <summary>When the system started, on the monotonic clock.</summary>
    public TimeSpan StartTime { get; } = Stopwatch.GetElapsedTime(0);

    public TimeSpan Uptime => Stopwatch.GetElapsedTime(0) - StartTime;

    /// <summary>Ends when the system has terminated.</summary>
    public abstract Task WhenTerminated { get; }

    public static ActorSystem Create(string name) => Create(name, ConfigurationFactory.Load());

    public static ActorSystem Create(string name, Config config) => ActorSystemImpl.Start(name, config, ActorSystemSetup.Empty);

    public static ActorSystem Create(string name, BootstrapSetup setup) => Create(name, ActorSystemSetup.Create(setup));

    public static ActorSystem Create(string name, ActorSystemSetup setup)
    {
        var bootstrap = setup.Get<BootstrapSetup>();
        var config = bootstrap.HasValue ? bootstrap.Value.Config.GetOrElse(ConfigurationFactory.Load()) : ConfigurationFactory.Load();
        if (bootstrap.HasValue && bootstrap.Value.Fallback is { } fallback) config = config.WithFallback(fallback);
        return ActorSystemImpl.Start(name, config, setup);
    }

    public abstract IActorRef ActorOf(Props props, string? name = null);

    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    public abstract ActorSelection ActorSelection(string actorPath);

    public abstract void Stop(IActorRef actor);

    /// <summary>Shuts down, through <see cref="CoordinatedShutdown"/> unless configured otherwise.</summary>
    public abstract Task Terminate();

    /// <summary>Runs the code when the system has terminated.</summary>
    public abstract void RegisterOnTermination(Action code);

    public abstract object RegisterExtension(IExtensionId extension);

    public abstract object GetExtension(IExtensionId extensionId);

    public abstract T GetExtension<T>()
        where T : class, IExtension;

    public abstract bool HasExtension(Type type);

    public abstract bool HasExtension<T>()
        where T : class, IExtension;

    public abstract bool TryGetExtension(Type extensionType, out object extension);

    public abstract bool TryGetExtension<T>(out T extension)
        where T : class, IExtension;

    /// <summary>Terminates and waits for it.</summary>
    public void Dispose()
    {
        Terminate().Wait(TimeSpan.FromSeconds(30));
        GC.SuppressFinalize(this);
    }
}
