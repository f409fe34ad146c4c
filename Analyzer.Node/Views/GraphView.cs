using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Analyzer.Node.Host;
using Analyzer.Node.Topology;
using Shared.Messages.Topology;

namespace Analyzer.Node.Views;

/// <summary>
/// The merged read view of all hosts' graphs, on every analyzer: what queries, captures, injections and pages look at. It follows
/// the hosts' events, asks for a host's whole graph when it missed one, and asks all hosts again and again, since an entity that
/// just recovered has nothing to publish.
/// </summary>
internal sealed class GraphView : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan AskAgainEvery = TimeSpan.FromSeconds(2);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _mediator;
    private readonly IActorRef _hosts;
    private readonly HashSet<IActorRef> _subscribers = [];
    // Hosts whose whole graph was asked for and hasn't come yet.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private MergedGraph _merged = MergedGraph.Empty;
    // What queries get, made once per change.
    private CurrentGraph? _current;

    public GraphView(IActorRef mediator, IActorRef hosts)
    {
        _mediator = mediator;
        _hosts = hosts;

        Receive<GraphChanged>(OnChanged);
        Receive<HostGraph>(OnHostGraph);
        Receive<GetGraph>(_ => Sender.Tell(_current ??= Current()));
        Receive<SubscribeToGraph>(OnSubscribe);
        Receive<Terminated>(ended => _subscribers.Remove(ended.ActorRef));
        Receive<AskHosts>(_ => OnAskHosts());
        Receive<SubscribeAck>(_ => OnAskHosts());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(IActorRef mediator, IActorRef hosts) => Akka.Actor.Props.Create(() => new GraphView(mediator, hosts));

    protected override void PreStart()
    {
        _mediator.Tell(new Subscribe(HostEntity.ChangesTopic, Self));
        Timers.StartPeriodicTimer(AskHosts.Instance, AskHosts.Instance, AskAgainEvery);
    }

    private void OnAskHosts()
    {
        _asked.Clear();
        var announce = new AnnounceHostGraphs();
        announce.Known.Add(_merged.Revisions);
        _mediator.Tell(new Publish(HostEntity.ViewsTopic, announce));
    }

    private void OnChanged(GraphChanged changed)
    {
        var (merged, outcome, changes) = _merged.Take(changed);
        if (outcome == MergedGraph.Outcome.Gap && _asked.Add(changed.Host))
        {
            _log.Debug("{0} is at revision {1}, the view isn't: asking for the whole graph", changed.Host, changed.Revision);
            _hosts.Tell(new GetHostGraph { Host = changed.Host });
        }

        Become(merged, changes);
    }

    private void OnHostGraph(HostGraph host)
    {
        _asked.Remove(host.Host);
        var (merged, outcome, changes) = _merged.Take(host);
        if (outcome == MergedGraph.Outcome.Taken)
            _log.Info("{0}: {1} nodes, {2} edges at revision {3}", host.Host, host.Nodes.Count, host.Edges.Count, host.Revision);
        Become(merged, changes);
    }

    private void Become(MergedGraph merged, IReadOnlyList<GraphChange> changes)
    {
        if (!ReferenceEquals(_merged, merged))
            _current = null;
        _merged = merged;
        AnalyzerMetrics.Observe(merged.Graph);
        if (changes.Count == 0)
            return;
        var updated = new GraphUpdated(merged.Graph, changes);
        foreach (var subscriber in _subscribers)
            subscriber.Tell(updated);
    }

    private void OnSubscribe(SubscribeToGraph subscribe)
    {
        Context.Watch(subscribe.Subscriber);
        _subscribers.Add(subscribe.Subscriber);
        subscribe.Subscriber.Tell(new GraphUpdated(_merged.Graph, []));
    }

    private CurrentGraph Current()
    {
        var filled = _merged.Graph.Nodes.Select(n => n.Host).ToHashSet(StringComparer.Ordinal);
        return new CurrentGraph(_merged.Graph, _merged.Revisions.ToDictionary(r => r.Key, r => new HostView(r.Value, !filled.Contains(r.Key)), StringComparer.Ordinal));
    }

    private sealed class AskHosts : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly AskHosts Instance = new();
    }
}
