using System.Collections.Immutable;
using Agent.Node.Linux;
using Agent.Node.Logging;
using Agent.Node.Probes;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Topology;

namespace Agent.Node.Topology;

/// <summary>
/// The host's graph. Takes what the probes, its children, and the interfaces find out, and tells whoever watches how the
/// graph changes. Changes are gathered for a moment, as they come in swarms.
/// </summary>
internal sealed class TopologyActor : ReceiveActor, IWithTimers
{
    private readonly ILogger _log = Context.Log();
    private readonly HashSet<IActorRef> _watchers = [];
    private readonly TimeSpan _gather;
    private readonly IReadOnlyDictionary<string, Func<IActorRef, Props>> _probes;
    private HostFacts _facts;
    private HostGraph _graph = HostGraph.Empty;
    private NamespacesKnown _known;
    private NamespacesKnown? _told;

    /// <param name="facts">What's known at start.</param>
    /// <param name="gather">How long changes are gathered.</param>
    /// <param name="probes">The probes to run, by name; each is told whom to tell.</param>
    public static Props Props(HostFacts facts, TimeSpan gather, IReadOnlyDictionary<string, Func<IActorRef, Props>> probes) =>
        Akka.Actor.Props.Create(() => new TopologyActor(facts, gather, probes));

    public TopologyActor(HostFacts facts, TimeSpan gather, IReadOnlyDictionary<string, Func<IActorRef, Props>> probes)
    {
        _facts = facts;
        _known = new NamespacesKnown(ImmutableDictionary<NamespaceId, string>.Empty.Add(facts.Own, "/proc/self/ns/net"));
        _gather = gather;
        _probes = probes;
        Receive<InterfacesChanged>(c => Learn(_facts.WithInterfaces(c.Namespace, c.Changes, Now)));
        Receive<NumbersChanged>(c => Learn(_facts.WithNumbers(c.Namespace, c.Numbers)));
        Receive<OvsChanged>(OnOvs);
        Receive<CapturesChanged>(c => Learn(_facts.WithCaptures(c.NodeId, c.Captures)));
        Receive<NamespaceAppeared>(a =>
        {
            _known = new NamespacesKnown(_known.Paths.SetItem(a.Namespace.Id, a.Namespace.Path));
            Learn(_facts.WithNamespace(a.Namespace));
        });
        Receive<NamespaceVanished>(v =>
        {
            _known = new NamespacesKnown(v.Namespace == _facts.Own ? _known.Paths : _known.Paths.Remove(v.Namespace));
            Learn(_facts.WithoutNamespace(v.Namespace));
        });
        Receive<ProbeState>(p => Learn(_facts.WithProbe(p.Probe, p.Error)));
        Receive<OvsdbProbe.Transact>(OnTransact);
        Receive<OvsdbProbe.RemoveMarked>(OnRemoveMarked);
        Receive<Publish>(_ => OnPublish());
        Receive<WatchGraph>(_ => OnWatch());
        Receive<Terminated>(t => _watchers.Remove(t.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    protected override void PreStart()
    {
        (_graph, _) = _graph.Update(_facts, Now);
        foreach (var (name, props) in _probes)
        {
            Context.ActorOf(ProbeGuardian.Props(name, props(Self), Self), name);
        }

        TellNamespaces();
    }

    private void Learn(HostFacts facts)
    {
        _facts = facts;
        if (!Timers.IsTimerActive(Publish.Instance))
        {
            Timers.StartSingleTimer(Publish.Instance, Publish.Instance, _gather);
        }
    }

    private void OnPublish()
    {
        TellNamespaces();
        (_graph, var changes) = _graph.Update(_facts, Now);
        if (changes.Count > 0)
        {
            Tell(changes);
        }
    }

    // The makers of mirrors wait for Open vSwitch to have done its part, which the graph doesn't show.
    private void OnOvs(OvsChanged changed)
    {
        Learn(_facts with { Ovs = changed.Tables });
        (_graph, var changes) = _graph.Update(_facts, Now);
        Tell(changes);
    }

    private void OnTransact(OvsdbProbe.Transact transact)
    {
        if (Context.Child(OvsdbProbe.Name).Equals(ActorRefs.Nobody))
        {
            Sender.Tell(new OvsdbProbe.TransactionFailed(transact.Id, "the agent is configured without the probe ovsdb"));
        }
        else
        {
            Context.Child(OvsdbProbe.Name).Forward(transact);
        }
    }

    private void OnRemoveMarked(OvsdbProbe.RemoveMarked remove)
    {
        if (Context.Child(OvsdbProbe.Name).Equals(ActorRefs.Nobody))
        {
            Sender.Tell(Akka.Done.Instance);
        }
        else
        {
            Context.Child(OvsdbProbe.Name).Forward(remove);
        }
    }

    private void Tell(IReadOnlyList<GraphChange> changes)
    {
        _log.GraphChanged(changes.Count, _graph.Graph.NodeCount);
        var update = new GraphUpdate(_graph, _facts.Ovs, changes);
        foreach (var watcher in _watchers)
        {
            watcher.Tell(update);
        }
    }

    private void OnWatch()
    {
        if (_watchers.Add(Sender))
        {
            Context.Watch(Sender);
        }

        Sender.Tell(new GraphUpdate(_graph, _facts.Ovs, []));
    }

    private void TellNamespaces()
    {
        if (ReferenceEquals(_told, _known))
        {
            return;
        }

        _told = _known;
        foreach (var probe in Context.GetChildren())
        {
            probe.Tell(_known);
        }
    }

    private sealed class Publish : IDeadLetterSuppression
    {
        public static readonly Publish Instance = new();
    }
}
