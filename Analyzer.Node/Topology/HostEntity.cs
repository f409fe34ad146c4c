using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Host;
using Shared.Messages.Captures;
using Shared.Messages.Injections;
using Shared.Messages.Topology;
using Topology.Fabric.Links;

namespace Analyzer.Node.Topology;

/// <summary>What each host's entity is told at its start.</summary>
/// <param name="FlowPartitions">How many flows entities there are: agents are told.</param>
/// <param name="SnapshotEvery">Events between two snapshots.</param>
/// <param name="ReregisterWithin">Time an agent has, after this entity recovered, to register again before it counts as lost.</param>
/// <param name="AnswerWithin">Time a registered agent has to prove that it's alive when another claims its host.</param>
internal sealed record HostEntitySettings(int FlowPartitions, int SnapshotEvery, TimeSpan ReregisterWithin, TimeSpan AnswerWithin)
{
    /// <summary>With the defaults of what isn't configured.</summary>
    public static HostEntitySettings Of(int flowPartitions, int snapshotEvery) =>
        new(flowPartitions, snapshotEvery, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(4));
}

/// <summary>
/// One host's graph, event-sourced, and the link to its agent: takes the agent's graph, acknowledges what is stored, publishes
/// what changed, forwards commands to the agent, and empties the graph when the agent is lost.
/// </summary>
internal sealed class HostEntity : ReceivePersistentActor
{
    /// <summary>Pub-sub topic of <see cref="GraphChanged"/>.</summary>
    public const string ChangesTopic = "topology";

    /// <summary>Pub-sub topic of <see cref="AnnounceHostGraphs"/>.</summary>
    public const string ViewsTopic = "topology-views";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HostEntitySettings _settings;
    private readonly IActorRef _mediator;
    private readonly string _host;
    private HostState _state;
    private AgentSession? _agent;
    private Claim? _claim;
    private ICancelable? _timer;

    public HostEntity(string host, HostEntitySettings settings, IActorRef mediator)
    {
        _host = host;
        _settings = settings;
        _mediator = mediator;
        _state = HostState.Empty(host);
        PersistenceId = $"topology-{host}";

        Recover<SnapshotOffer>(offer => _state = HostState.From((HostGraph)offer.Snapshot));
        Recover<GraphChanged>(changed => _state = _state.Apply(changed));
        Recover<RecoveryCompleted>(_ => OnRecovered());

        Command<RegisterAgent>(OnRegister);
        Command<SyncGraph>(OnSync);
        Command<UpdateGraph>(OnUpdate);
        Command<Terminated>(OnTerminated);
        Command<ActorIdentity>(OnAlive);
        Command<AnswerDue>(OnNoAnswer);
        Command<ReregistrationDue>(_ => OnNotReregistered());
        Command<GetHostGraph>(_ => Sender.Tell(_state.ToMessage()));
        Command<AnnounceHostGraphs>(OnAnnounce);
        Command<SetCaptures>(set => Forward(set, new CaptureRefused { Reason = NoAgent, NotFound = true }));
        Command<ReadPcap>(read => Forward(read, new PcapRefused { Reason = NoAgent, Unavailable = true }));
        Command<StartInjection>(start => Forward(start, new InjectionProgress { Uuid = start.Injection.Uuid, State = "failed", Error = NoAgent }));
        Command<StopInjection>(stop => Forward(stop, new InjectionRefused { Reason = NoAgent, NotFound = true }));
        Command<SubscribeAck>(_ => { });
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<SaveSnapshotFailure>(failed => _log.Warning("graph of {0}: snapshot at event {1} failed: {2}", _host, failed.Metadata.SequenceNr, failed.Cause.Message));
        Command<DeleteSnapshotsSuccess>(_ => { });
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

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("topology");
    }

    private void OnRecovered()
    {
        _mediator.Tell(new Subscribe(ViewsTopic, Self));
        if (!IsFabric && _state.Graph.NodeCount > 0)
            After(_settings.ReregisterWithin, ReregistrationDue.Instance);
    }

    private void OnRegister(RegisterAgent register)
    {
        if (IsFabric)
        {
            Sender.Tell(new AgentRefused { Host = _host, Reason = $"\"{_host}\" is the name of the fabric; no agent can have it as its host id." });
            return;
        }

        if (_agent is { } known && known.Session != register.Session)
        {
            // Two agents with one name, or the same host's agent after a crash that nobody has noticed yet: the first must prove that it lives.
            if (_claim is { } other)
            {
                // The one that waits may ask again; a third is one too many.
                if (other.Session == register.Session)
                    _claim = other with { Reference = Sender };
                else
                    Refuse(Sender);
                return;
            }

            _claim = new Claim(register.Session, Sender);
            known.Reference.Tell(new Identify(known.Session));
            After(_settings.AnswerWithin, new AnswerDue(register.Session));
            return;
        }

        Accept(register.Session, Sender);
    }

    private void Accept(string session, IActorRef reference)
    {
        if (_agent is { } before && !before.Reference.Equals(reference))
            Context.Unwatch(before.Reference);
        Context.Watch(reference);
        _agent = new AgentSession(session, reference, AgentSession.WholeGraphDue);
        _timer?.Cancel();
        _claim = null;
        _log.Info("agent of {0} registered from {1}", _host, reference.Path.Address);
        reference.Tell(new AgentAccepted { Host = _host, FlowPartitions = _settings.FlowPartitions });
    }

    private void Refuse(IActorRef second)
    {
        _log.Warning("a second agent claims host {0}, from {1}: refused", _host, second.Path.Address);
        second.Tell(new AgentRefused
        {
            Host = _host,
            Reason = $"host id \"{_host}\" is taken by the agent at {_agent?.Reference.Path.Address}; give each agent its own skydive.host-id.",
        });
    }

    private void OnAlive(ActorIdentity identity)
    {
        if (_claim is not { } claim || _agent is not { } known || !known.Session.Equals(identity.MessageId) || identity.Subject is null)
            return;
        _timer?.Cancel();
        _claim = null;
        Refuse(claim.Reference);
    }

    private void OnNoAnswer(AnswerDue due)
    {
        if (_claim is not { } claim || claim.Session != due.Session)
            return;
        _log.Info("the agent of {0} before doesn't answer any more", _host);
        Accept(claim.Session, claim.Reference);
    }

    private void OnSync(SyncGraph sync)
    {
        var sender = Sender;
        if (IsFabric)
        {
            Store(_state.Decide(sync, HostState.CauseFabric, Now), () => sender.Tell(Stored(sync.Session, sync.Sequence)));
            return;
        }

        // This entity may have moved or restarted unnoticed by its agent: then the whole graph is a registration as well.
        if (_agent is null)
            Accept(sync.Session, sender);
        if (_agent is not { } agent || agent.Session != sync.Session)
        {
            Refuse(sender);
            return;
        }

        Store(_state.Decide(sync, HostState.CauseSync, Now), () =>
        {
            _agent = agent with { Sequence = sync.Sequence };
            sender.Tell(Stored(sync.Session, sync.Sequence));
        });
    }

    private void OnUpdate(UpdateGraph update)
    {
        var sender = Sender;
        if (_agent is not { } agent)
        {
            sender.Tell(new ResyncGraph { Host = _host });
            return;
        }

        if (agent.Session != update.Session)
        {
            Refuse(sender);
            return;
        }

        switch (agent.Judge(update.Sequence))
        {
            case AgentSession.Verdict.Known:
                sender.Tell(Stored(update.Session, update.Sequence));
                break;
            case AgentSession.Verdict.Gap:
                _log.Info("graph of {0}: update {1} came after {2}, asking for the whole graph", _host, update.Sequence, agent.Sequence);
                sender.Tell(new ResyncGraph { Host = _host });
                break;
            default:
                Store(_state.Decide(update, Now), () =>
                {
                    _agent = agent with { Sequence = update.Sequence };
                    sender.Tell(Stored(update.Session, update.Sequence));
                });
                break;
        }
    }

    // A view that knows this revision has all there is.
    private void OnAnnounce(AnnounceHostGraphs announce)
    {
        if (!announce.Known.TryGetValue(_host, out var known) || known != _state.Revision)
            Sender.Tell(_state.ToMessage());
    }

    private void OnTerminated(Terminated terminated)
    {
        if (_agent is not { } agent || !agent.Reference.Equals(terminated.ActorRef))
            return;
        _agent = null;
        if (_claim is { } claim)
        {
            // Its successor waits already, and tells its own graph.
            Accept(claim.Session, claim.Reference);
            return;
        }

        // An agent that ends says so while its node is still a member; one that's lost goes with its node.
        if (terminated.AddressTerminated)
            LoseAgent("its agent became unreachable");
        else
            LetGo();
    }

    private void OnNotReregistered()
    {
        if (_agent is null)
            LoseAgent($"no agent registered within {_settings.ReregisterWithin.TotalSeconds:0.#} s");
    }

    private void LoseAgent(string reason)
    {
        _log.Warning("host {0} leaves the graph: {1}", _host, reason);
        Store(_state.DecideAgentLost(Now), () => { });
    }

    private void LetGo()
    {
        _log.Info("host {0} leaves the graph: its agent ended", _host);
        Store(_state.DecideAgentLost(Now), () => { });
    }

    // The agent answers who gave the command.
    private void Forward(object command, object refusal)
    {
        if (_agent is { } agent)
            agent.Reference.Tell(command, Sender);
        else
            Sender.Tell(refusal);
    }

    private void Store(GraphChanged? changed, Action afterwards)
    {
        if (changed is null)
        {
            afterwards();
            return;
        }

        var storing = AnalyzerMetrics.Store("topology");
        Persist(changed, persisted =>
        {
            storing.Done();
            _state = _state.Apply(persisted);
            _mediator.Tell(new Publish(ChangesTopic, persisted));
            afterwards();
            if (LastSequenceNr % _settings.SnapshotEvery == 0)
                SaveSnapshot(_state.ToMessage());
        });
    }

    private GraphStored Stored(string session, long sequence) => new() { Host = _host, Session = session, Sequence = sequence };

    private void After(TimeSpan delay, object message)
    {
        _timer?.Cancel();
        _timer = Context.System.Scheduler.ScheduleTellOnceCancelable(delay, Self, message, Self);
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>A second session that wants this host, while the first is asked whether it lives.</summary>
    private sealed record Claim(string Session, IActorRef Reference);

    private sealed record AnswerDue(string Session) : INotInfluenceReceiveTimeout, IDeadLetterSuppression;

    private sealed class ReregistrationDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ReregistrationDue Instance = new();
    }
}
