using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Analyzer.Node.Logging;
using Analyzer.Node.Telemetry;
using Analyzer.Node.Topology;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;

namespace Analyzer.Node.Views;

/// <summary>
/// The merged read view of all hosts' graphs, on every analyzer: what queries, captures, injections and pages look at. It follows
/// the hosts' events, asks for a host's whole graph when it missed one, and asks all hosts again and again, since an entity that
/// just recovered has nothing to publish. A view that failed goes on with the graph and the subscribers it had.
/// </summary>
internal sealed class GraphView : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan AskAgainEvery = TimeSpan.FromSeconds(2);

    // How soon a host is forgotten here, too, of which the word got lost.
    private static readonly TimeSpan AskLeftEvery = TimeSpan.FromMinutes(10);

    // In one message, whatever their names' lengths.
    private const int HostsAnnounced = 200;

    private readonly ILogger _log = Context.Log();
    private readonly IActorRef _mediator;
    private readonly IActorRef _hosts;
    private readonly Kept _kept;
    // Hosts whose whole graph was asked for and hasn't come yet.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    // What queries get, made once per change.
    private CurrentGraph? _current;

    public GraphView(IActorRef mediator, IActorRef hosts, Kept kept)
    {
        _mediator = mediator;
        _hosts = hosts;
        _kept = kept;

        Receive<GraphChanged>(OnChanged);
        Receive<HostGraph>(OnHostGraph);
        Receive<Offered>(offered => InParts.Fetch(Context, offered));
        Receive<GetGraph>(_ => Sender.Tell(_current ??= Current()));
        Receive<SubscribeToGraph>(OnSubscribe);
        Receive<Terminated>(ended => _kept.Subscribers.Remove(ended.ActorRef));
        Receive<AskHosts>(_ => OnAskHosts());
        Receive<SubscribeAck>(_ => OnAskHosts());
        Receive<AskLeft>(_ => OnAskLeft());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(IActorRef mediator, IActorRef hosts)
    {
        var kept = new Kept();
        return Akka.Actor.Props.Create(() => new GraphView(mediator, hosts, kept));
    }

    protected override void PreStart()
    {
        _mediator.Tell(new Subscribe(HostEntity.ChangesTopic, Self));
        Timers.StartPeriodicTimer(AskHosts.Instance, AskHosts.Instance, AskAgainEvery);
        Timers.StartPeriodicTimer(AskLeft.Instance, AskLeft.Instance, AskLeftEvery);
    }

    private void OnAskHosts()
    {
        _asked.Clear();
        var after = "";
        var hosts = _kept.Merged.Revisions.OrderBy(host => host.Key, StringComparer.Ordinal).Chunk(HostsAnnounced).ToList();
        foreach (var some in hosts.DefaultIfEmpty([]))
        {
            var announce = new AnnounceHostGraphs { After = after, Until = hosts.Count == 0 || some == hosts[^1] ? "" : some[^1].Key };
            foreach (var (host, revision) in some)
            {
                announce.Known.Add(host, revision);
            }

            _mediator.Tell(new Publish(HostEntity.ViewsTopic, announce));
            after = announce.Until;
        }
    }

    private void OnAskLeft()
    {
        foreach (var host in _kept.Merged.Revisions.Keys.Where(host => !_kept.Merged.Graph.HasNodesOf(host)))
        {
            _hosts.Tell(new GetHostGraph { Host = host });
        }
    }

    private void OnChanged(GraphChanged changed)
    {
        var (merged, outcome, changes) = _kept.Merged.Take(changed);
        if (outcome == MergedGraph.Outcome.Gap && _asked.Add(changed.Host))
        {
            _log.ViewBehind(changed.Host, changed.Revision);
            _hosts.Tell(new GetHostGraph { Host = changed.Host });
        }

        Become(merged, changes);
    }

    private void OnHostGraph(HostGraph host)
    {
        _asked.Remove(host.Host);
        var (merged, outcome, changes) = _kept.Merged.Take(host);
        if (outcome == MergedGraph.Outcome.Taken)
        {
            _log.HostSeen(host.Host, host.Nodes.Count, host.Edges.Count, host.Revision);
        }

        Become(merged, changes);
    }

    private void Become(MergedGraph merged, IReadOnlyList<GraphChange> changes)
    {
        if (!ReferenceEquals(_kept.Merged, merged))
        {
            _current = null;
        }

        _kept.Merged = merged;
        AnalyzerMetrics.Observe(merged.Graph);
        if (changes.Count == 0)
        {
            return;
        }

        var updated = new GraphUpdated(merged.Graph, changes);
        foreach (var subscriber in _kept.Subscribers)
        {
            subscriber.Tell(updated);
        }
    }

    private void OnSubscribe(SubscribeToGraph subscribe)
    {
        Context.Watch(subscribe.Subscriber);
        _kept.Subscribers.Add(subscribe.Subscriber);
        subscribe.Subscriber.Tell(new GraphUpdated(_kept.Merged.Graph, []));
    }

    private CurrentGraph Current()
    {
        var (graph, revisions) = _kept.Merged;
        return new CurrentGraph(graph, revisions.ToDictionary(r => r.Key, r => new HostView(r.Value, !graph.HasNodesOf(r.Key)), StringComparer.Ordinal));
    }

    /// <summary>What outlives a restart of the actor.</summary>
    internal sealed class Kept
    {
        public MergedGraph Merged { get; set; } = MergedGraph.Empty;

        /// <summary>They are watched, and go when they end.</summary>
        public HashSet<IActorRef> Subscribers { get; } = [];
    }

    private sealed class AskLeft : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly AskLeft Instance = new();
    }

    private sealed class AskHosts : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly AskHosts Instance = new();
    }
}
