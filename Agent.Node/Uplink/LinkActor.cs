using Agent.Node.Logging;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;

namespace Agent.Node.Uplink;

/// <summary>Link -> agent: reports go through this actor from now on, until another one says so. Said again and again: nobody has to remember.</summary>
internal sealed record LinkUp(IActorRef Link) : INotInfluenceReceiveTimeout;

/// <summary>Link -> agent: this incarnation is over.</summary>
internal sealed record LinkDown(IActorRef Link);

/// <summary>
/// /user/link: once the analyzers' entities can be reached, carries the agent's reports to the analyzers' entities, and their answers and commands back to the agent. An
/// actor of another actor system can't be told of on the wire, so this one speaks for the agent; it holds no state.
/// </summary>
internal sealed class LinkActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SayUpEvery = TimeSpan.FromSeconds(5);

    private readonly ILogger _log = Context.Log();
    private readonly IActorRef _agent;
    private readonly IActorRef _topology;
    private readonly IActorRef _flows;

    /// <param name="agent">The root of what measures.</param>
    /// <param name="topology">The way to the hosts' entities.</param>
    /// <param name="flows">The way to the flows entities.</param>
    public static Props Props(IActorRef agent, IActorRef topology, IActorRef flows) => Akka.Actor.Props.Create(() => new LinkActor(agent, topology, flows));

    public LinkActor(IActorRef agent, IActorRef topology, IActorRef flows)
    {
        _agent = agent;
        _topology = topology;
        _flows = flows;
        Opening();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Instance, Look.Instance, TimeSpan.Zero, LookEvery);

    protected override void PostStop() => _agent.Tell(new LinkDown(Self));

    // A way that knows no coordinator knows no regions.
    private void Opening()
    {
        var reached = new HashSet<IActorRef>();
        Receive<Look>(_ =>
        {
            _topology.Tell(GetCurrentRegions.Instance);
            _flows.Tell(GetCurrentRegions.Instance);
        });
        Receive<CurrentRegions>(regions =>
        {
            if (regions.Regions.Count == 0 || (reached.Add(Sender) && reached.Count < 2))
            {
                return;
            }

            Timers.Cancel(Look.Instance);
            Timers.StartPeriodicTimer(SayUp.Instance, SayUp.Instance, TimeSpan.Zero, SayUpEvery);
            Become(Open);
        });
    }

    private void Open()
    {
        Receive<SayUp>(_ => _agent.Tell(new LinkUp(Self)));
        Receive<CurrentRegions>(_ => { });
        FromTheAgent();
        FromTheAnalyzers();
    }

    private void FromTheAgent()
    {
        Receive<RegisterAgent>(register => _topology.Tell(register));
        Receive<SyncGraph>(sync => _topology.Tell(InParts.Of(Context, sync, sync.Host, $"graph-{sync.Sequence}")));
        Receive<UpdateGraph>(update => _topology.Tell(InParts.Of(Context, update, update.Host, $"graph-{update.Sequence}")));
        Receive<UpdateFlows>(update => _flows.Tell(update));
    }

    private void FromTheAnalyzers()
    {
        Receive<AgentAccepted>(accepted =>
        {
            _log.Registered(accepted.Host, Sender.Path.Address);
            _agent.Tell(accepted);
        });
        Receive<AgentRefused>(refused => _agent.Tell(refused));
        Receive<GraphStored>(stored => _agent.Tell(stored));
        Receive<GraphRefused>(refused => _agent.Tell(refused));
        Receive<ResyncGraph>(resync => _agent.Tell(resync));
        Receive<FlowsStored>(stored => _agent.Tell(stored));
        Receive<FlowsRefused>(refused => _agent.Tell(refused));
        Receive<SetCaptures>(set => _agent.Tell(set));
        Receive<ReadPcap>(OnCommand);
        Receive<StartInjection>(OnCommand);
        Receive<StopInjection>(OnCommand);
        Receive<Offered>(offered => InParts.Fetch(Context, offered));
    }

    // Whoever gave the command is answered from this system.
    private void OnCommand(object command) => _agent.Tell(command, Context.ActorOf(AnswerActor.Props(Sender)));

    private sealed class Look : IDeadLetterSuppression
    {
        public static readonly Look Instance = new();
    }

    private sealed class SayUp : IDeadLetterSuppression
    {
        public static readonly SayUp Instance = new();
    }
}

/// <summary>Takes the agent's answer to one command to who gave it; for an hour at most.</summary>
internal sealed class AnswerActor : ReceiveActor
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <param name="asker">Who gave the command.</param>
    public static Props Props(IActorRef asker) => Akka.Actor.Props.Create(() => new AnswerActor(asker));

    public AnswerActor(IActorRef asker)
    {
        SetReceiveTimeout(Patience);
        Receive<ReceiveTimeout>(_ => Context.Stop(Self));
        ReceiveAny(answer =>
        {
            asker.Tell(answer);
            Context.Stop(Self);
        });
    }
}
