using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The one kind of actor system there is.</summary>
internal sealed partial class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _terminationLock = new();
    private readonly Stack<Action> _terminationCallbacks = new();
    private readonly Lazy<Serialization.Serialization> _serialization;
    private readonly SchedulerBase _scheduler;
    private bool _terminating;
    private volatile bool _guardiansRun;

    private ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
    {
        if (!ValidName().IsMatch(name))
            throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')", nameof(name));
        Name = name;
        Settings = new Settings(this, config, setup);
        EventStream = new EventStream(Settings.DebugEventStream);
        EventStream.StartStdoutLogger(Settings);
        Log = Logging.GetLogger(EventStream, "ActorSystem(" + name + ")");
        _serialization = new Lazy<Serialization.Serialization>(() => new Serialization.Serialization(this));
        _scheduler = CreateScheduler();
        Dispatchers = new Dispatchers(this);
        Provider = CreateProvider();
    }

    public override Settings Settings { get; }

    public override string Name { get; }

    public override Serialization.Serialization Serialization => _serialization.Value;

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters => Provider.DeadLetters;

    public override Dispatchers Dispatchers { get; }

    public override IScheduler Scheduler => _scheduler;

    public override ILoggingAdapter Log { get; }

    public override IActorRefProvider Provider { get; }

    public override IInternalActorRef Guardian => Provider.Guardian;

    public override IInternalActorRef SystemGuardian => Provider.SystemGuardian;

    public override IInternalActorRef LookupRoot => Provider.RootGuardian;

    public override Task WhenTerminated => _terminated.Task;

    public static ActorSystemImpl Start(string name, Config config, ActorSystemSetup setup)
    {
        var system = new ActorSystemImpl(name, config, setup);
        try
        {
            system.Start();
        }
        catch
        {
            system.Abort();
            throw;
        }

        return system;
    }

    public long NextUid()
    {
        // Never 0, which says that the incarnation isn't known; within an int's range, as peers expect.
        return Random.Shared.Next(1, int.MaxValue);
    }

    public override IActorRef ActorOf(Props props, string? name = null) => Provider.Guardian.Cell.MakeChild(props, name, isSystemService: false);

    public override IActorRef SystemActorOf(Props props, string? name = null) => Provider.SystemGuardian.Cell.MakeChild(
        props.Dispatcher == Deploy.NoDispatcherGiven ? props.WithDispatcher(Dispatchers.InternalDispatcherId) : props, name, isSystemService: true);

    public override IActorRef SystemActorOf<TActor>(string? name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this, Provider.RootGuardian);

    public override void Stop(IActorRef actor) => ((IInternalActorRef)actor).Stop();

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    public override void Abort() => FinalTerminate();

    /// <summary>Stops the guardians, and with them everybody.</summary>
    public Task FinalTerminate()
    {
        lock (_terminationLock)
        {
            if (_terminating) return WhenTerminated;
            _terminating = true;
        }

        _ = StopEverything();
        return WhenTerminated;
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_terminationLock)
        {
            if (!_terminated.Task.IsCompleted)
            {
                _terminationCallbacks.Push(code);
                return;
            }
        }

        throw new InvalidOperationException("ActorSystem already terminated.");
    }

    public override object RegisterExtension(IExtensionId extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return _extensions.GetOrAdd(extension.ExtensionType, _ => new Lazy<object>(() => extension.CreateExtension(this))).Value;
    }

    public override object GetExtension(IExtensionId extensionId) =>
        TryGetExtension(extensionId.ExtensionType, out var extension) ? extension : RegisterExtension(extensionId);

    public override T GetExtension<T>() => TryGetExtension<T>(out var extension)
        ? extension
        : throw new ArgumentException($"Extension {typeof(T)} is not registered.");

    public override bool HasExtension(Type type) => _extensions.ContainsKey(type);

    public override bool HasExtension<T>() => HasExtension(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object extension)
    {
        var found = _extensions.TryGetValue(extensionType, out var made);
        extension = found ? made!.Value : null!;
        return found;
    }

    public override bool TryGetExtension<T>(out T extension)
    {
        var found = TryGetExtension(typeof(T), out var made);
        extension = found ? (T)made : null!;
        return found;
    }

    public override string ToString() => $"akka://{Name}";

    private void Start()
    {
        Provider.Init(this);
        _guardiansRun = true;
        EventStream.StartUnsubscriber(this);
        LoggerStart.StartLoggers(this);
        if (Settings.LogDeadLetters > 0) SystemActorOf(Props.Create<DeadLetterListener>(), "deadLetterListener");
        LoadExtensions();
        _ = CoordinatedShutdown.Get(this);
        if (Settings.LogConfigOnStart) Log.Info(Settings.ToString());
    }

    private async Task StopEverything()
    {
        if (!Settings.LogDeadLettersDuringShutdown) EventStream.Publish(new SilenceDeadLetters());
        if (_guardiansRun)
        {
            Provider.Guardian.Stop();
            await Provider.TerminationTask.ConfigureAwait(false);
        }

        Action[] callbacks;
        lock (_terminationLock) callbacks = [.. _terminationCallbacks];
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception exception)
            {
                Log.Error(exception, "A termination callback failed");
            }
        }

        EventStream.StopLoggers();
        (_scheduler as IDisposable)?.Dispose();
        Dispatchers.Shutdown();
        _terminated.TrySetResult();
    }

    private void LoadExtensions()
    {
        foreach (var typeName in Settings.Config.GetStringList("akka.extensions", []))
        {
            if (typeName.Length == 0) continue;
            var type = Type.GetType(typeName) ?? throw new ConfigurationException($"akka.extensions: there's no type '{typeName}'.");
            if (!typeof(IExtensionId).IsAssignableFrom(type)) throw new ConfigurationException($"akka.extensions: '{typeName}' is not an IExtensionId.");
            RegisterExtension((IExtensionId)Activator.CreateInstance(type)!);
        }
    }

    private SchedulerBase CreateScheduler()
    {
        var type = Type.GetType(Settings.SchedulerClass) ?? throw new ConfigurationException($"akka.scheduler.implementation: there's no type '{Settings.SchedulerClass}'.");
        return (SchedulerBase)Activator.CreateInstance(type, Settings.Config, Log)!;
    }

    private IActorRefProvider CreateProvider()
    {
        var type = Type.GetType(Settings.ProviderClass) ?? throw new ConfigurationException($"akka.actor.provider: there's no type '{Settings.ProviderClass}'.");
        try
        {
            return (IActorRefProvider)Activator.CreateInstance(type, Name, Settings, EventStream)!;
        }
        catch (global::System.Reflection.TargetInvocationException exception) when (exception.InnerException is not null)
        {
            global::System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerException);
            throw;
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9-]*$")]
    private static partial Regex ValidName();
}
