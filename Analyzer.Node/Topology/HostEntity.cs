using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Analyzer.Node.Retention;
using Analyzer.Node.Telemetry;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Injections;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using Topology.Fabric.Links;

namespace Analyzer.Node.Topology;

/// <summary>What each host's entity is told at its start.</summary>
/// <param name="FlowPartitions">How many flows entities there are: agents are told.</param>
/// <param name="SnapshotEvery">Events between two snapshots.</param>
/// <param name="ReregisterWithin">Time an agent has, after this entity recovered, to register again before it counts as lost.</param>
/// <param name="AnswerWithin">Time a registered agent has to prove that it's alive when another claims its host.</param>
/// <param name="ForgetAfter">Time without an agent after which the host is forgotten.</param>
internal sealed record HostEntitySettings(int FlowPartitions, int SnapshotEvery, TimeSpan ReregisterWithin, TimeSpan AnswerWithin, TimeSpan ForgetAfter)
{
    /// <summary>With the defaults of what isn't configured.</summary>
    public static HostEntitySettings Of(int flowPartitions, int snapshotEvery, TimeSpan forgetAfter) =>
        new(flowPartitions, snapshotEvery, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(4), forgetAfter);
}

/// <summary>
/// One host's graph, event-sourced, and the link to its agent: takes the agent's graph, acknowledges what is stored, publishes
/// what changed, forwards commands to the agent, empties the graph when the agent is lost, and ends when the host is forgotten, until
/// somebody says its name again.
/// </summary>
internal sealed class HostEntity : SnapshottedActor
{
    /// <summary>Pub-sub topic of <see cref="GraphChanged"/>.</summary>
    public const string ChangesTopic = "topology";

    /// <summary>Pub-sub topic of <see cref="AnnounceHostGraphs"/>.</summary>
    public const string ViewsTopic = "topology-views";

    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(10);

    /// <summary>The scheduler's own bound is near; then it's looked again.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly ILogger _log = Context.Log();
    private readonly HostEntitySettings _settings;
    private readonly IActorRef _mediator;
    private readonly string _host;
    private HostState _state;
    private AgentRegistration _registration = AgentRegistration.None;
    private Telling? _storing;
    private ICancelable? _timer;

    public HostEntity(string host, HostEntitySettings settings, IActorRef mediator)
    {
        _host = host;
        _settings = settings;
        _mediator = mediator;
        _state = HostState.Empty(host);
        PersistenceId = $"topology-{host}";

        RecoverSnapshot<HostGraph>(snapshot => _state = HostState.From(snapshot));
        Recover<GraphChanged>(changed => _state = _state.Apply(changed));
        Recover<RecoveryCompleted>(_ => OnRecovered());

        Command<RegisterAgent>(OnRegister);
        Command<SyncGraph>(OnSync);
        Command<UpdateGraph>(OnUpdate);
        Command<Terminated>(OnTerminated);
        Command<ActorIdentity>(OnAlive);
        Command<AnswerDue>(OnNoAnswer);
        Command<ReregistrationDue>(_ => OnNotReregistered());
        Command<Offered>(OnOffered);
        Command<GetHostGraph>(_ => TellGraph());
        Command<AnnounceHostGraphs>(OnAnnounce);
        Command<SetCaptures>(set => Forward(set, new CaptureRefused { Reason = NoAgent, NotFound = true }));
        Command<ReadPcap>(read => Forward(read, new PcapRefused { Reason = NoAgent, Unavailable = true }));
        Command<GetInjector>(OnGetInjector);
        Command<StartInjection>(OnStartInjection);
        Command<StopInjection>(stop => ForwardUnlessLeft(stop, stop.Uuid));
        Command<ForgetHost>(OnForget);
        Command<ForgetDue>(_ => OnForgetDue());
        Command<Gone>(_ => Context.Parent.Tell(new Passivate(HandOver.Instance)));
        Command<SubscribeAck>(_ => { });
        Command<SaveSnapshotFailure>(failed => _log.GraphSnapshotFailed(_host, failed.Metadata.SequenceNr, failed.Cause.Message));
    }

    public override string PersistenceId { get; }

    private bool IsFabric => _host == FabricGraph.Host;

    private string NoAgent => $"host {_host}: no agent is connected.";

    public static Props Props(string host, HostEntitySettings settings, IActorRef mediator) =>
        Akka.Actor.Props.Create(() => new HostEntity(host, settings, mediator));

    protected override void PostStop()
    {
        _timer?.Cancel();
        base.PostStop();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("topology");
    }

    // Whoever told what the journal can't take is told so: sent again, it would be refused again.
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("topology");
        if (_storing is { } telling)
        {
            _storing = null;
            _registration = _registration.Stored(telling.Session, telling.Sequence);
            telling.Teller.Tell(new GraphRefused { Host = _host, Session = telling.Session, Sequence = telling.Sequence, Reason = cause.Message });
        }
    }

    private void OnRecovered()
    {
        _mediator.Tell(new Subscribe(ViewsTopic, Self));
        if (!IsFabric && _state.Graph.NodeCount > 0)
        {
            After(_settings.ReregisterWithin, ReregistrationDue.Instance);
        }
        else
        {
            LeaveInTime();
        }
    }

    // Whoever said its name had a reason: there's time for what comes next.
    private void LeaveInTime()
    {
        if (IsFabric || _registration.Agent is not null || _state.Graph.NodeCount > 0 || _state.Revision == 0)
        {
            return;
        }

        if (_state.IsForgotten)
        {
            After(GoneAfter, Gone.Instance);
            return;
        }

        var left = TimeSpan.FromMilliseconds(_state.At - Now) + _settings.ForgetAfter;
        After(left < TimeSpan.Zero ? TimeSpan.Zero : left < LongestTimer ? left : LongestTimer, ForgetDue.Instance);
    }

    private void OnForgetDue()
    {
        if (TimeSpan.FromMilliseconds(Now - _state.At) < _settings.ForgetAfter)
        {
            LeaveInTime();
        }
        else if (_registration.Agent is null && _state.Graph.NodeCount == 0)
        {
            Forget(null);
        }
    }

    private void OnForget(ForgetHost forget)
    {
        if (IsFabric)
        {
            Sender.Tell(new HostRefused { Host = _host, Reason = $"\"{_host}\" isn't a host: it's what the analyzers make of the fabric's links." });
        }
        else if (_registration.Agent is { } agent)
        {
            Sender.Tell(new HostRefused { Host = _host, Reason = $"host {_host}: its agent is connected, from {agent.Reference.Path.Address}; stop it first." });
        }
        else if (_state.Revision == 0 || _state.IsForgotten)
        {
            Sender.Tell(new HostRefused { Host = _host, Reason = $"there is no host {_host}.", NotFound = true });
            After(GoneAfter, Gone.Instance);
        }
        else
        {
            Forget(Sender);
        }
    }

    private void Forget(IActorRef? asker) => Store(_state.DecideForget(Now), null, () =>
    {
        _log.HostForgotten(_host);
        asker?.Tell(new HostForgotten { Host = _host });
    });

    private void OnRegister(RegisterAgent register)
    {
        if (IsFabric)
        {
            Sender.Tell(new AgentRefused { Host = _host, Reason = $"\"{_host}\" is the name of the fabric; no agent can have it as its host id." });
            return;
        }

        Go(_registration.Register(register.Session, Sender));
    }

    private void Go((AgentRegistration Next, RegistrationTask? Task) decided)
    {
        _registration = decided.Next;
        switch (decided.Task)
        {
            case RegistrationTask.Accept accept:
                Accept(accept);
                break;
            case RegistrationTask.Refuse refuse:
                Refuse(refuse.Second);
                break;
            case RegistrationTask.Ask ask:
                ask.Agent.Reference.Tell(new Identify(ask.Agent.Session));
                After(_settings.AnswerWithin, new AnswerDue(ask.Claim.Session));
                break;
        }
    }

    private void Accept(RegistrationTask.Accept accept)
    {
        var reference = accept.Agent.Reference;
        if (accept.Before is { } before && !before.Equals(reference))
        {
            Context.Unwatch(before);
        }

        Context.Watch(reference);
        _timer?.Cancel();
        _log.AgentRegistered(_host, reference.Path.Address);
        reference.Tell(new AgentAccepted { Host = _host, FlowPartitions = _settings.FlowPartitions });
    }

    private void Refuse(IActorRef second)
    {
        _log.SecondAgentRefused(_host, second.Path.Address);
        second.Tell(new AgentRefused
        {
            Host = _host,
            Reason = $"host id \"{_host}\" is taken by the agent at {_registration.Agent?.Reference.Path.Address}; give each agent its own skydive.host-id.",
        });
    }

    private void OnAlive(ActorIdentity identity)
    {
        if (identity.Subject is null || _registration.Lives(identity.MessageId) is not { Task: not null } decided)
        {
            return;
        }

        _timer?.Cancel();
        Go(decided);
    }

    private void OnNoAnswer(AnswerDue due)
    {
        if (_registration.Silent(due.Claimant) is { Task: not null } decided)
        {
            _log.AgentReplaced(_host);
            Go(decided);
        }
    }

    private void OnSync(SyncGraph sync)
    {
        if (IsFabric)
        {
            Store(_state.Decide(sync, HostState.CauseFabric, Now), new Telling(Sender, sync.Session, sync.Sequence));
            return;
        }

        // This entity may have moved or restarted unnoticed by its agent: then the whole graph is a registration as well.
        if (_registration.Agent is null)
        {
            Go(_registration.Register(sync.Session, Sender));
        }

        if (_registration.Agent?.Session != sync.Session)
        {
            Refuse(Sender);
            return;
        }

        Store(_state.Decide(sync, HostState.CauseSync, Now), new Telling(Sender, sync.Session, sync.Sequence));
    }

    private void OnUpdate(UpdateGraph update)
    {
        if (_registration.Agent is not { } agent)
        {
            Sender.Tell(new ResyncGraph { Host = _host });
            return;
        }

        if (agent.Session != update.Session)
        {
            Refuse(Sender);
            return;
        }

        switch (agent.Judge(update.Sequence))
        {
            case AgentSession.Verdict.Known:
                Sender.Tell(Stored(update.Session, update.Sequence));
                break;
            case AgentSession.Verdict.Gap:
                _log.GraphGap(_host, update.Sequence, agent.Sequence);
                Sender.Tell(new ResyncGraph { Host = _host });
                break;
            default:
                Store(_state.Decide(update, Now), new Telling(Sender, update.Session, update.Sequence));
                break;
        }
    }

    // What's for the agent it fetches itself. While there's none, what's offered is fetched to be refused.
    private void OnOffered(Offered offered)
    {
        if (offered.Serializer != TopologySerializer.Id && _registration.Agent is { } agent)
        {
            agent.Reference.Tell(offered, Sender);
        }
        else
        {
            InParts.Fetch(Context, offered);
        }
    }

    private void TellGraph() => InParts.Answer(Context, Sender, _state.ToMessage(), $"graph-{_state.Revision}");

    // A view that knows this revision has all there is.
    private void OnAnnounce(AnnounceHostGraphs announce)
    {
        var isMeant = string.CompareOrdinal(_host, announce.After) > 0 && (announce.Until.Length == 0 || string.CompareOrdinal(_host, announce.Until) <= 0);
        if (isMeant && (!announce.Known.TryGetValue(_host, out var known) || known != _state.Revision))
        {
            TellGraph();
        }
    }

    private void OnTerminated(Terminated terminated)
    {
        var decided = _registration.Ended(terminated.ActorRef);
        Go(decided);
        if (decided.Task is not RegistrationTask.Lose)
        {
            return;
        }

        // An agent that ends says so while its node is still a member; one that's lost goes with its node.
        if (terminated.AddressTerminated)
        {
            _log.HostLeaves(_host, "its agent became unreachable");
        }
        else
        {
            _log.HostLeft(_host);
        }

        LoseAgent();
    }

    private void OnNotReregistered()
    {
        if (_registration.Agent is null)
        {
            _log.HostLeaves(_host, $"no agent registered within {_settings.ReregisterWithin.TotalSeconds:0.#} s");
            LoseAgent();
        }
    }

    private void LoseAgent() => Store(_state.DecideAgentLost(Now), null);

    // The agent answers who gave the command.
    private void Forward(object command, object refusal)
    {
        if (_registration.Agent is { } agent)
        {
            agent.Reference.Tell(command, Sender);
        }
        else
        {
            Sender.Tell(refusal);
        }
    }

    private void OnGetInjector(GetInjector get)
    {
        if (_registration.Agent is { } agent)
        {
            Sender.Tell(new Injector { Host = get.Host, Session = agent.Session });
        }
        else if (_state.Graph.NodeCount == 0)
        {
            Sender.Tell(new Injector { Host = get.Host });
        }
    }

    // Whoever came after the agent that was to do it doesn't know whether that one did.
    private void OnStartInjection(StartInjection start)
    {
        if (_registration.Agent is { } agent && !start.ReportOnly && start.Session != agent.Session)
        {
            Sender.Tell(new InjectionProgress { Uuid = start.Injection.Uuid, State = "failed", Error = $"host {_host}: its agent was started anew meanwhile; how much was sent isn't known" });
            return;
        }

        ForwardUnlessLeft(start, start.Injection.Uuid);
    }

    // While the agent may register again nothing is answered: it's said again.
    private void ForwardUnlessLeft(object command, string uuid)
    {
        if (_registration.Agent is { } agent)
        {
            agent.Reference.Tell(command, Sender);
        }
        else if (_state.Graph.NodeCount == 0)
        {
            Sender.Tell(new InjectionProgress { Uuid = uuid, State = "failed", Error = NoAgent });
        }
    }

    /// <param name="changed">What is to be stored, all of it or nothing; empty: there's nothing new.</param>
    /// <param name="telling">Who is told when it's stored; null: nobody.</param>
    /// <param name="stored">What else is to be done then.</param>
    private void Store(IReadOnlyList<GraphChanged> changed, Telling? telling, Action? stored = null)
    {
        if (changed.Count == 0)
        {
            Acknowledge(telling);
            return;
        }

        _storing = telling;
        var storing = AnalyzerMetrics.Store("topology");
        PersistAll(changed, persisted =>
        {
            _state = _state.Apply(persisted);
            Tell(persisted);
            if (persisted.Revision == changed[^1].Revision)
            {
                storing.Done();
                Acknowledge(telling);
                stored?.Invoke();
            }

            // A host that left may never come back to have its events covered by a later one.
            if (_state.Graph.NodeCount == 0)
            {
                TakeSnapshot();
                LeaveInTime();
            }
            else
            {
                SnapshotAfter(_settings.SnapshotEvery);
            }
        });
    }

    // One element may be too large to be told: views see at their next announcement that they lack something.
    private void Tell(GraphChanged changed)
    {
        if (changed.CalculateSize() <= InParts.LargestMessage)
        {
            _mediator.Tell(new Publish(ChangesTopic, changed));
        }
    }

    private void Acknowledge(Telling? telling)
    {
        if (telling is null)
        {
            return;
        }

        _registration = _registration.Stored(telling.Session, telling.Sequence);
        telling.Teller.Tell(Stored(telling.Session, telling.Sequence));
    }

    private GraphStored Stored(string session, long sequence) => new() { Host = _host, Session = session, Sequence = sequence };

    private void After(TimeSpan delay, object message)
    {
        _timer?.Cancel();
        _timer = Context.System.Scheduler.ScheduleTellOnceCancelable(delay, Self, message, Self);
    }

    protected override object ToSnapshot() => _state.ToMessage();

    private static long Now => Context.System.Scheduler.Now.ToUnixTimeMilliseconds();

    /// <summary>Who told a part of the graph, and which.</summary>
    private sealed record Telling(IActorRef Teller, string Session, long Sequence);

    private sealed class ForgetDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ForgetDue Instance = new();
    }

    private sealed class Gone : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Gone Instance = new();
    }

    private sealed record AnswerDue(string Claimant) : INotInfluenceReceiveTimeout, IDeadLetterSuppression;

    private sealed class ReregistrationDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ReregistrationDue Instance = new();
    }
}
