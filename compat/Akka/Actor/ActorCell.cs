using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// The runtime's side of an actor: its place in the tree, its mailbox, its behaviours, and the instance itself, which
/// comes and goes with restarts. All but the enqueueing of messages happens on the thread that runs the mailbox.
/// Its parts: Children, DeathWatch, FaultHandling, ReceiveTimeout.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? t_current;

    private readonly List<Receive> _stackedBehaviours = [];
    private readonly IActorRef _deadLetters;
    private Receive? _behaviour;
    private ActorBase? _actor;
    private Envelope _current;
    private ActorTaskScheduler? _taskScheduler;
    private IStash? _stash;
    private TimerScheduler? _timers;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        SystemImpl = system;
        Self = self;
        Props = props;
        Dispatcher = dispatcher;
        Parent = parent;
        _deadLetters = system.DeadLetters;
        Mailbox = new Mailbox(this, dispatcher);
    }

    /// <summary>The cell whose actor runs on this thread, null when none does.</summary>
    public static ActorCell? Current => t_current;

    public ActorSystemImpl SystemImpl { get; }

    public LocalActorRef Self { get; }

    public Props Props { get; }

    public MessageDispatcher Dispatcher { get; }

    public IInternalActorRef Parent { get; }

    public Mailbox Mailbox { get; }

    public ActorSystem System => SystemImpl;

    public ActorBase? Actor => _actor;

    public bool IsTerminated => Mailbox.IsClosed;

    public object? CurrentMessage => _current.Message;

    public Envelope CurrentEnvelope => _current;

    /// <summary>Whether the message being handled has been put into the stash.</summary>
    public bool IsCurrentStashed { get; set; }

    public IActorRef Sender => _current.Sender ?? _deadLetters;

    public ActorTaskScheduler TaskScheduler => _taskScheduler ??= new ActorTaskScheduler(this);

    IActorRef IActorContext.Self => Self;

    IActorRef IActorContext.Parent => Parent;

    public static ActorCell RequireCurrent() => t_current ?? throw new NotSupportedException(
        "There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    /// <summary>Makes this cell the thread's current one; give the returned one back to <see cref="Leave"/>.</summary>
    public ActorCell? Enter()
    {
        var previous = t_current;
        t_current = this;
        return previous;
    }

    public static void Leave(ActorCell? previous) => t_current = previous;

    public void Start() => SendSystemMessage(new Create());

    public void SendMessage(object message, IActorRef? sender) => Mailbox.Enqueue(new Envelope(message, sender!));

    public void SendSystemMessage(ISystemMessage message) => Mailbox.EnqueueSystem(message);

    public IActorRef ActorOf(Props props, string? name = null) => MakeChild(props, name, isSystemService: false);

    public ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, SystemImpl);

    public ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, SystemImpl, Self);

    public void Become(Receive receive) => _behaviour = receive;

    public void Become(UntypedReceive receive) => Become(Returning(receive));

    public void BecomeStacked(Receive receive)
    {
        _stackedBehaviours.Add(_behaviour!);
        _behaviour = receive;
    }

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Returning(receive));

    public void UnbecomeStacked()
    {
        if (_stackedBehaviours.Count == 0) return;
        _behaviour = _stackedBehaviours[^1];
        _stackedBehaviours.RemoveAt(_stackedBehaviours.Count - 1);
    }

    /// <summary>Handles one user's message; what it throws becomes a failure told to the supervisor.</summary>
    public void Invoke(in Envelope envelope)
    {
        _current = envelope;
        IsCurrentStashed = false;
        var message = envelope.Message;
        if (HasReceiveTimeout) BeginReceiveTimeoutActivity(message);
        try
        {
            if (message is IAutoReceivedMessage) AutoReceive(message);
            else ReceiveMessage(message);
        }
        catch (Exception exception)
        {
            // The failed message stays the current one: PreRestart gets it.
            HandleInvokeFailure(exception);
            return;
        }

        // An asynchronous handler keeps message and sender until it ends.
        if (Mailbox.IsAwaiting) return;
        _current = default;
        if (HasReceiveTimeout) EndReceiveTimeoutActivity();
    }

    public void InvokeSystem(ISystemMessage message)
    {
        try
        {
            switch (message)
            {
                case ActorTask task: RunTask(task.Task); break;
                case ActorTaskCompleted completed: CompleteAwaiting(completed.Task); break;
                case Create: CreateFirst(); break;
                case Watch watch: AddWatcher(watch.Watchee, watch.Watcher); break;
                case Unwatch unwatch: RemoveWatcher(unwatch.Watchee, unwatch.Watcher); break;
                case DeathWatchNotification died: WatchedActorTerminated(died); break;
                case Failed failed: HandleFailed(failed); break;
                case Suspend: FaultSuspend(); break;
                case Resume resume: FaultResume(resume.CausedByFailure); break;
                case Recreate recreate: FaultRecreate(recreate.Cause); break;
                case Dispatch.SysMsg.Terminate: Terminate(); break;
                default: throw new NotSupportedException($"Unknown system message {message.GetType()}.");
            }
        }
        catch (Exception exception)
        {
            HandleInvokeFailure(exception);
        }
    }

    /// <summary>Stops handling messages until the task, which runs as this actor, has ended.</summary>
    public void AwaitTask(Task task)
    {
        Mailbox.BeginAwaiting();
        task.ContinueWith(
            static (ended, cell) => ((ActorCell)cell!).SendSystemMessage(new ActorTaskCompleted(ended)),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            global::System.Threading.Tasks.TaskScheduler.Default);
    }

    public void ReceiveMessage(object message) => _actor!.AroundReceive(_behaviour!, message);

    public IStash Stash(int capacity) => _stash ??= new StashImpl(this, capacity);

    private static Receive Returning(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void AutoReceive(object message)
    {
        if (SystemImpl.Settings.DebugAutoReceive) Publish(new Debug(Self.Path.ToString(), _actor!.GetType(), $"received AutoReceiveMessage {message}"));
        switch (message)
        {
            case Terminated terminated: ReceivedTerminated(terminated); break;
            case TimerMessage timer: ReceivedTimer(timer); break;
            case PoisonPill: Self.Stop(); break;
            case Kill: throw new ActorKilledException("Kill");
            case Identify identify: Sender.Tell(new ActorIdentity(identify.MessageId, Self), Self); break;
            case ActorSelectionMessage selection: ActorRefFactoryShared.Deliver(Self, selection, Sender); break;
            default: ReceiveMessage(message); break;
        }
    }

    private void ReceivedTimer(TimerMessage timer)
    {
        if (_timers?.Intercept(timer) is not { } message) return;
        _current = new Envelope(message, _current.Sender);
        if (message is IAutoReceivedMessage) AutoReceive(message);
        else ReceiveMessage(message);
    }

    private void RunTask(Task task)
    {
        // The message that awaits is still the current one, so sender and context hold after each await.
        TaskScheduler.Execute(task);
    }

    private void CompleteAwaiting(Task task)
    {
        if (!Mailbox.IsAwaiting) return;
        Mailbox.EndAwaiting();
        if (Mailbox.IsClosed) return;
        if (ActorTaskScheduler.FailureOf(task) is { } failure)
        {
            HandleInvokeFailure(failure);
            return;
        }

        _current = default;
        if (HasReceiveTimeout) EndReceiveTimeoutActivity();
    }

    private void CreateFirst()
    {
        try
        {
            _actor = NewActor();
            _actor.AroundPreStart();
            if (SystemImpl.Settings.DebugLifecycle) Publish(new Debug(Self.Path.ToString(), _actor.GetType(), $"Started ({_actor})"));
            if (HasReceiveTimeout) EndReceiveTimeoutActivity();
        }
        catch (Exception exception)
        {
            if (_actor is not null)
            {
                ClearActor(_actor);
                _actor = null;
            }

            throw exception is ActorInitializationException ? exception : new ActorInitializationException(Self, $"Exception during creation: {exception.Message}", exception);
        }
    }

    private ActorBase NewActor()
    {
        _behaviour = null;
        _stackedBehaviours.Clear();
        var actor = Props.NewActor() ?? throw new ActorInitializationException(Self, $"The producer of {Props.Type} returned no actor.");
        if (!ReferenceEquals(actor.Cell, this))
            throw new ActorInitializationException(Self, $"The producer of {Props.Type} returned an actor that belongs to {actor.Cell.Self}.");
        (actor as ReceiveActor)?.FinishConstruction();
        if (actor is IActorStash stashing) stashing.Stash = Stash(StashCapacity(stashing));
        if (actor is IWithTimers timing) timing.Timers = _timers ??= new TimerScheduler(this);
        return actor;
    }

    private int StashCapacity(IActorStash actor) => actor is IWithUnboundedStash || Props.Deploy.StashCapacity > 0
        ? Props.Deploy.StashCapacity
        : SystemImpl.Dispatchers.StashCapacity(Props.Mailbox);

    private void ClearActor(ActorBase actor)
    {
        Props.Release(actor);
        _behaviour = null;
        _stackedBehaviours.Clear();
    }

    private void Publish(LogEvent logEvent)
    {
        SystemImpl.EventStream.Publish(logEvent);
    }
}
