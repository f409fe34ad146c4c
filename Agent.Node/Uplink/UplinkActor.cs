using System.Diagnostics;
using Agent.Node.Capture;
using Agent.Node.Logging;
using Agent.Node.Telemetry;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Logging;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Agent.Node.Uplink;

/// <summary>
/// The agent's reports on their way to the analyzers, through whatever link there is. Registers the host, sends its graph
/// whole and then in changes, and its flows by partition; all of it acknowledged, sent again when it isn't, and bounded.
/// While there's no link, updates of a flow merge.
/// </summary>
internal sealed class UplinkActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RegisterEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportDropsEvery = TimeSpan.FromSeconds(10);

    // A capture that ends tells its last flows from a thread of its own.
    private static readonly TimeSpan QuietBeforeDrained = TimeSpan.FromMilliseconds(300);

    private readonly ILogger _log = Context.Log();
    private readonly string _host;
    private readonly string _session;
    private readonly IActorRef _topology;
    private readonly GraphOutbox _graphs;
    private readonly FlowOutbox _flows;
    // Null until the topology has told it: an empty one would be taken for all there is, and what's in it by then would never be told.
    private Graph? _graph;
    private IActorRef _link = ActorRefs.Nobody;
    private readonly List<(IActorRef Asker, IReadOnlyList<long> Mark)> _awaited = [];
    private IActorRef? _draining;
    private long _offeredAt;
    private long _reportedDrops;
    private long _reportedRawDrops;
    private AgentMetrics.UplinkCounts _counted;

    /// <param name="host">This host's name.</param>
    /// <param name="session">Unique per start of the agent.</param>
    /// <param name="options">Sizes and times.</param>
    /// <param name="topology">Who keeps the host's graph.</param>
    public static Props Props(string host, string session, UplinkOptions options, IActorRef topology) =>
        Akka.Actor.Props.Create(() => new UplinkActor(host, session, options, topology));

    public UplinkActor(string host, string session, UplinkOptions options, IActorRef topology)
    {
        _host = host;
        _session = session;
        _topology = topology;
        _graphs = new GraphOutbox(host, session, options.ResendAfter, AliveEvery);
        _flows = new FlowOutbox(session, host, options.Buffer, options.Batch, options.ResendAfter);
        Unlinked();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // Since whenever: the time of day may be set.
    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    protected override void PreStart()
    {
        _topology.Tell(WatchGraph.Instance);
        Timers.StartPeriodicTimer(SendDue.Instance, SendDue.Instance, Tick);
        Timers.StartPeriodicTimer(ReportDrops.Instance, ReportDrops.Instance, ReportDropsEvery);
    }

    private void Unlinked()
    {
        Always();
        Receive<GraphUpdate>(Offer);
        Receive<FlowUpdates>(Offer);
        Receive<SendDue>(_ => OnTick(registered: false));
    }

    private void Registering()
    {
        Always();
        Receive<Register>(_ => _link.Tell(new RegisterAgent { Host = _host, Session = _session }));
        Receive<AgentAccepted>(accepted =>
        {
            Timers.Cancel(Register.Instance);
            _graphs.StartOver();
            _flows.Assign(accepted.FlowPartitions);
            Become(Registered);
            OnSendDue();
        });
        Receive<GraphUpdate>(Offer);
        Receive<FlowUpdates>(Offer);
        Receive<SendDue>(_ => OnTick(registered: false));
    }

    private void Registered()
    {
        Always();
        Receive<AgentAccepted>(accepted =>
        {
            // An entity that was moved or restarted took the whole graph on its way for a registration.
            _flows.Assign(accepted.FlowPartitions);
            if (!_graphs.AwaitsWholeGraph)
            {
                _graphs.StartOver();
            }
        });
        Receive<ResyncGraph>(_ =>
        {
            _log.GraphAskedFor(_host);
            if (!_graphs.AwaitsWholeGraph)
            {
                _graphs.StartOver();
            }

            OnSendDue();
        });
        Receive<GraphStored>(stored =>
        {
            _graphs.Acknowledge(stored.Session, stored.Sequence);
            SendGraph();
        });
        Receive<GraphRefused>(refused =>
        {
            _log.GraphRefused(_host, refused.Sequence, refused.Reason);
            _graphs.Acknowledge(refused.Session, refused.Sequence);
            SendGraph();
        });
        Receive<GraphUpdate>(update =>
        {
            Offer(update);
            SendGraph();
        });
        Receive<FlowsStored>(stored =>
        {
            _flows.Acknowledge(stored);
            AnswerAwaited();
            SendFlows(all: false);
        });
        Receive<FlowsRefused>(refused =>
        {
            _flows.Refuse(refused);
            AnswerAwaited();
            _log.FlowsRefused(_flows.Refused, refused.Partition, refused.Reason);
            SendFlows();
        });
        Receive<FlowUpdates>(updates =>
        {
            Offer(updates);
            SendFlows(all: false);
        });
        Receive<SendDue>(_ =>
        {
            OnSendDue();
            OnTick(registered: true);
        });
    }

    private void Always()
    {
        Receive<LinkUp>(OnLinkUp);
        Receive<LinkDown>(OnLinkDown);
        Receive<GetUplinkStatus>(_ => Sender.Tell(new UplinkStatus(_flows.Partitions > 0, _flows.Count, _flows.Delivered, _flows.Dropped)));
        Receive<ReportDrops>(_ => OnReportDrops());
        Receive<AwaitDelivery>(_ => OnAwaitDelivery());
        Receive<Drain>(_ =>
        {
            _draining = Sender;
            _offeredAt = Environment.TickCount64;
        });
    }

    private void OnLinkUp(LinkUp up)
    {
        if (up.Link.Equals(_link))
        {
            return;
        }

        _link = up.Link;
        Timers.StartPeriodicTimer(Register.Instance, Register.Instance, TimeSpan.Zero, RegisterEvery);
        Become(Registering);
    }

    private void OnLinkDown(LinkDown down)
    {
        if (!down.Link.Equals(_link))
        {
            return;
        }

        _link = ActorRefs.Nobody;
        Timers.Cancel(Register.Instance);
        Become(Unlinked);
    }

    private void OnReportDrops()
    {
        if (_flows.Dropped > _reportedDrops)
        {
            _log.FlowsDropped(_flows.Dropped - _reportedDrops);
            _reportedDrops = _flows.Dropped;
        }

        if (_flows.RawPacketsDropped > _reportedRawDrops)
        {
            _log.RawPacketsDropped(_flows.RawPacketsDropped - _reportedRawDrops);
            _reportedRawDrops = _flows.RawPacketsDropped;
        }
    }

    // Behind what waits for room.
    private void OnAwaitDelivery()
    {
        var asker = Sender;
        _flows.Offer(new FlowUpdates(new FlowRows(1)) { MayWait = true, TakenIn = _ => _awaited.Add((asker, _flows.Mark())) });
        AnswerAwaited();
    }

    private void AnswerAwaited() => _awaited.RemoveAll(awaited =>
    {
        if (!_flows.HasCome(awaited.Mark))
        {
            return false;
        }

        awaited.Asker.Tell(FlowsDelivered.Instance);
        return true;
    });

    private void OnTick(bool registered)
    {
        AnswerAwaited();
        var counts = new AgentMetrics.UplinkCounts(registered, _flows.Count, _flows.Delivered, _flows.Dropped, _flows.RawPacketsDropped, _flows.Refused);
        AgentMetrics.Record(_counted, counts);
        _counted = counts;
        AnswerDrain(nobodyTakesIt: !registered);
    }

    private void AnswerDrain(bool nobodyTakesIt)
    {
        if (_draining is not null && (nobodyTakesIt || (_flows.Count == 0 && Environment.TickCount64 - _offeredAt > QuietBeforeDrained.TotalMilliseconds)))
        {
            _draining.Tell(Akka.Done.Instance);
            _draining = null;
        }
    }

    private void Offer(FlowUpdates updates)
    {
        _offeredAt = Environment.TickCount64;
        _flows.Offer(updates);
    }

    private void Offer(GraphUpdate update)
    {
        _graph = update.Graph.Graph;
        AgentMetrics.Record(_graph.NodeCount);
        _graphs.Offer(update.Changes, _graph.NodeCount + _graph.EdgeCount);
    }

    private void OnSendDue()
    {
        SendGraph();
        SendFlows();
    }

    private void SendGraph()
    {
        if (_graph is { } graph)
        {
            foreach (var message in _graphs.Due(() => Whole(graph), Now))
            {
                _link.Tell(message);
            }
        }
    }

    private void SendFlows(bool all = true)
    {
        foreach (var message in _flows.Due(Now, all))
        {
            _link.Tell(message);
        }
    }

    private static SyncGraph Whole(Graph graph) => new()
    {
        Nodes = { graph.Nodes.Select(n => n.ToMessage()) },
        Edges = { graph.AllEdges.Select(e => e.ToMessage()) },
    };

    private sealed class Register : IDeadLetterSuppression
    {
        public static readonly Register Instance = new();
    }

    private sealed class SendDue : IDeadLetterSuppression
    {
        public static readonly SendDue Instance = new();
    }

    private sealed class ReportDrops : IDeadLetterSuppression
    {
        public static readonly ReportDrops Instance = new();
    }
}

/// <summary>Asks the uplink how it's doing.</summary>
internal sealed record GetUplinkStatus
{
    public static readonly GetUplinkStatus Instance = new();
}

/// <summary>The uplink's answer.</summary>
/// <param name="Registered">The analyzers accepted this host.</param>
/// <param name="FlowsWaiting">Flow updates not acknowledged yet.</param>
/// <param name="FlowsDelivered">Flow updates acknowledged.</param>
/// <param name="FlowsDropped">Flow updates dropped for want of room.</param>
internal sealed record UplinkStatus(bool Registered, int FlowsWaiting, long FlowsDelivered, long FlowsDropped);

/// <summary>Ends the captures and answers <see cref="Akka.Done"/> when what they had to say is delivered, or nobody takes it.</summary>
internal sealed record Drain
{
    public static readonly Drain Instance = new();
}
