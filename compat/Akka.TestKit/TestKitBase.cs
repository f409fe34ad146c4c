using System.Linq.Expressions;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A test's own actor system and actor: the test tells as the test actor, and expects what the test actor gets.
/// Its parts: Receive, Expect, Within, Await.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static int s_testActors;

    private readonly ITestKitAssertions _assertions;
    private TestMailbox _mailbox = null!;
    private SynchronizationContext? _previousContext;

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    private protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        _assertions = assertions ?? throw new ArgumentNullException(nameof(assertions), "The supplied assertions must not be null.");
        InitializeTest(system, config, actorSystemName, testActorName);
    }

    public static Config DefaultConfig { get; } = ConfigurationFactory.FromResource("Akka.TestKit.TestKit.conf", typeof(TestKitBase).Assembly);

    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString("""
        akka.loglevel = DEBUG
        akka.actor.debug {
          receive = on
          autoreceive = on
          lifecycle = on
          event-stream = on
          unhandled = on
        }
        """);

    /// <summary>The monotonic clock.</summary>
    public static TimeSpan Now => System.Diagnostics.Stopwatch.GetElapsedTime(0);

    public ActorSystem Sys { get; private set; } = null!;

    public TestKitSettings TestKitSettings { get; private set; } = null!;

    /// <summary>The actor whose messages the expectations are about, and the implicit sender of what the test tells.</summary>
    public IActorRef TestActor { get; private set; } = null!;

    public ILoggingAdapter Log { get; private set; } = null!;

    public EventFilterFactory EventFilter { get; private set; } = null!;

    /// <summary>Who sent the message that was expected last.</summary>
    public IActorRef LastSender => _last.Sender;

    public object? LastMessage => _last is NullMessageEnvelope ? null : _last.Message;

    public bool HasMessages => _mailbox.HasMessages;

    internal ITestKitAssertions Assertions => _assertions;

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    public IActorRef ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>()
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    public IActorRef ActorOf<TActor>(string name)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string name)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    IActorRef IActorRefFactory.ActorOf(Props props, string? name) => Sys.ActorOf(props, name);

    /// <summary>Another actor with expectations of its own.</summary>
    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, _assertions, name);

    public virtual TestLatch CreateTestLatch(int count = 1) => new(count, Dilated(TestLatch.DefaultTimeout));

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) => ChildActorOfAsync(props, cancellationToken).GetAwaiter().GetResult();

    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) => ChildActorOfAsync(props, name, cancellationToken).GetAwaiter().GetResult();

    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) => AskTestActor(new InternalTestActor.Spawn(props, null), cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(Props props, string name, CancellationToken cancellationToken = default) => AskTestActor(new InternalTestActor.Spawn(props, name), cancellationToken);

    /// <summary>Has the test actor watch: it gets Terminated.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => AskTestActor(new InternalTestActor.WatchRequest(actorToWatch)).GetAwaiter().GetResult();

    public Task<IActorRef> WatchAsync(IActorRef actorToWatch) => AskTestActor(new InternalTestActor.WatchRequest(actorToWatch));

    public IActorRef Unwatch(IActorRef actorToUnwatch) => AskTestActor(new InternalTestActor.UnwatchRequest(actorToUnwatch)).GetAwaiter().GetResult();

    public Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch) => AskTestActor(new InternalTestActor.UnwatchRequest(actorToUnwatch));

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new InternalTestActor.SetAutoPilot(pilot), ActorRefs.NoSender);

    /// <summary>Messages for which this is true don't reach the test.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => TestActor.Tell(new InternalTestActor.SetIgnore(shouldIgnoreMessage), ActorRefs.NoSender);

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) => IgnoreMessages(message => message is TMsg typed && shouldIgnoreMessage(typed));

    public void IgnoreMessages<TMsg>() => IgnoreMessages(message => message is TMsg);

    public void IgnoreNoMessages() => TestActor.Tell(new InternalTestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>The duration times akka.test.timefactor.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration < TimeSpan.Zero ? duration : duration * TestKitSettings.TestTimeFactor;

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <summary>Terminates the test's system and waits for it.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        system ??= Sys;
        var limit = duration ?? Max(Dilated(TimeSpan.FromSeconds(5)), TimeSpan.FromSeconds(10));
        var ended = system.Terminate().Wait(limit);
        if (ended) return;
        var message = $"Failed to stop [{system.Name}] within [{limit}]";
        if (verifySystemShutdown) throw new TimeoutException(message);
        system.Log.Warning(message);
    }

    private void InitializeTest(ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        var bootstrap = config.Get<BootstrapSetup>();
        Sys = system ?? ActorSystem.Create(
            actorSystemName ?? "test",
            config.WithSetup((bootstrap.HasValue ? bootstrap.Value : BootstrapSetup.Create()).WithConfigFallback(DefaultConfig)));
        if (system is not null) ((ExtendedActorSystem)system).Settings.InjectTopLevelFallback(DefaultConfig);
        Sys.RegisterExtension(new TestKitExtension());
        TestKitSettings = TestKitExtension.For(Sys);
        _mailbox = new TestMailbox();
        Log = Logging.GetLogger(Sys, GetType());
        EventFilter = new EventFilterFactory(this);
        var number = Interlocked.Increment(ref s_testActors);
        var name = string.IsNullOrEmpty(testActorName) ? $"testActor{number}" : $"{testActorName}{number}";
        TestActor = ((ExtendedActorSystem)Sys).SystemActorOf(Props.Create<InternalTestActor>(_mailbox).WithDispatcher("akka.test.test-actor.dispatcher"), name);
        if (this is INoImplicitSender) return;
        var cell = ((LocalActorRef)TestActor).Cell;
        cell.Enter();
        _previousContext = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new TestActorSynchronizationContext(cell));
    }

    /// <summary>The thread is no longer the test actor's, for whoever runs on it next.</summary>
    internal void LeaveThread()
    {
        if (this is INoImplicitSender || !ReferenceEquals(ActorCell.Current, ((LocalActorRef)TestActor).Cell)) return;
        ActorCell.Leave(null);
        SynchronizationContext.SetSynchronizationContext(_previousContext);
    }

    private Task<IActorRef> AskTestActor(object request, CancellationToken cancellationToken = default) =>
        TestActor.Ask<IActorRef>(request, RemainingOrDefault, cancellationToken);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
