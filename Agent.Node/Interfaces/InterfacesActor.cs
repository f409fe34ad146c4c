using System.Collections.Immutable;
using Agent.Node.Logging;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;
using Topology.Fabric.Model;

namespace Agent.Node.Interfaces;

/// <summary>
/// One <see cref="InterfaceActor"/> per node with something to capture, as the graph has them; hands each the captures
/// wanted there. The list of captures is always the whole list, so a repeated or a lost one does no harm.
/// </summary>
internal sealed class InterfacesActor : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly string _host;
    private readonly CaptureOptions _options;
    private readonly FlowOptions _flows;
    private readonly InterfaceSurroundings _surroundings;
    private readonly SflowPorts _ports;
    private readonly Dictionary<string, IActorRef> _interfaces = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bridges = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, ImmutableArray<WantedCapture>> _wanted = ImmutableDictionary<string, ImmutableArray<WantedCapture>>.Empty;
    private IReadOnlyList<NodeCapture>? _asked;
    private GraphUpdate? _update;

    /// <param name="host">This host's name.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <param name="surroundings">The agent around.</param>
    public static Props Props(string host, CaptureOptions options, FlowOptions flows, InterfaceSurroundings surroundings) =>
        Akka.Actor.Props.Create(() => new InterfacesActor(host, options, flows, surroundings));

    public InterfacesActor(string host, CaptureOptions options, FlowOptions flows, InterfaceSurroundings surroundings)
    {
        _host = host;
        _options = options;
        _flows = flows;
        _surroundings = surroundings;
        _ports = new SflowPorts(options.SflowPortMin, options.SflowPortMax);
        Receive<GraphUpdate>(OnGraph);
        Receive<SetCaptures>(set =>
        {
            _asked =
            [
                .. from wanted in set.Captures
                   from node in wanted.Nodes
                   select new NodeCapture { NodeId = node.Id, NodeTid = node.Tid, Capture = wanted.Capture },
            ];
            Distribute();
        });
        Receive<Terminated>(OnStopped);
    }

    protected override void PreStart() => _surroundings.Topology.Tell(WatchGraph.Instance);

    // An interface that fails does so alone. Its actor starts again with the next look at the graph, told all it needs to know.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        _log.InterfaceFailed(e);
        return Directive.Stop;
    });

    private void OnGraph(GraphUpdate update)
    {
        var before = _update;
        _update = update;
        var isDistributionDue = before is null;
        // The first look is at all there is, and so is one after this actor started anew.
        var changed = before is null
            ? _interfaces.Keys.Concat(update.Graph.Places.Keys)
            : update.Changes.Select(change => change.NodeSet?.Id ?? change.NodeDeleted).Where(id => id.Length > 0).Concat(_bridges);
        foreach (var id in changed.ToHashSet(StringComparer.Ordinal))
        {
            isDistributionDue |= Look(id, update, before?.Graph.Places.GetValueOrDefault(id));
        }

        if (isDistributionDue)
        {
            Distribute();
        }
    }

    // True when the place is new, or gone.
    private bool Look(string id, GraphUpdate update, CapturePlace? before)
    {
        var isStarted = _interfaces.TryGetValue(id, out var actor);
        if (!update.Graph.Places.TryGetValue(id, out var place))
        {
            _bridges.Remove(id);
            _files.Remove(id);
            if (isStarted)
            {
                _interfaces.Remove(id);
                Context.Stop(actor);
                _surroundings.Topology.Tell(new CapturesChanged(id, []));
            }

            return isStarted;
        }

        if (!isStarted)
        {
            _ = place switch
            {
                CapturePlace.Bridge => _bridges.Add(id),
                CapturePlace.File => _files.Add(id),
                _ => false,
            };
            Start(id, place);
            return true;
        }

        if (place is CapturePlace.Bridge || before != place)
        {
            actor.Tell(new PlaceChanged(place, update.Ovs));
        }

        return false;
    }

    private void Start(string id, CapturePlace place)
    {
        // The name is free once the actor before, of the same node, has ended: OnStopped comes back here.
        if (!Context.Child(id).Equals(ActorRefs.Nobody))
        {
            return;
        }

        var actor = Context.Watch(Context.ActorOf(InterfaceActor.Props(id, _host, _options, _flows, _surroundings), id));
        _interfaces[id] = actor;
        actor.Tell(new PlaceChanged(place, _update!.Ovs));
        if (_wanted.TryGetValue(id, out var captures))
        {
            actor.Tell(new SetNodeCaptures(captures));
        }
        else if (IsToBeCleaned(place))
        {
            actor.Tell(new SetNodeCaptures([]));
        }
    }

    private void OnStopped(Terminated stopped)
    {
        var id = stopped.ActorRef.Path.Name;
        if (_interfaces.TryGetValue(id, out var failed) && failed.Equals(stopped.ActorRef))
        {
            _interfaces.Remove(id);
            return;
        }

        if (_update!.Graph.Places.TryGetValue(id, out var place) && !_interfaces.ContainsKey(id))
        {
            Start(id, place);
        }
    }

    private void Distribute()
    {
        if (_update is not { } update)
        {
            return;
        }

        var captures = (_asked ?? []).Where(c => update.Graph.Places.ContainsKey(c.NodeId)).Concat(Files(update)).ToList();
        _ports.Keep(captures.Select(c => (c.NodeId, c.Capture.Uuid)).ToHashSet());
        var wanted = captures
            .GroupBy(c => c.NodeId, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.Select(Want).ToImmutableArray(), StringComparer.Ordinal);
        foreach (var id in wanted.Keys.Concat(_wanted.Keys).Concat(_bridges).ToHashSet(StringComparer.Ordinal))
        {
            if (!_interfaces.TryGetValue(id, out var actor))
            {
                continue;
            }

            if (wanted.TryGetValue(id, out var here))
            {
                actor.Tell(new SetNodeCaptures(here));
            }
            else if (_wanted.ContainsKey(id) || IsToBeCleaned(update.Graph.Places.GetValueOrDefault(id)))
            {
                actor.Tell(new SetNodeCaptures([]));
            }
        }

        _wanted = wanted;
    }

    // A bridge may have mirrors of an agent before this one: once the analyzers said what's wanted, it's known what isn't.
    private bool IsToBeCleaned(CapturePlace? place) => _asked is not null && place is CapturePlace.Bridge;

    private WantedCapture Want(NodeCapture capture) => new(
        capture,
        capture.Capture.Type is CapturePlan.OvsSflow or CapturePlan.Sflow ? _ports.Hold(capture.NodeId, capture.Capture.Uuid, (int)capture.Capture.Port) : 0);

    // Capture files given at start are analysed without anybody's asking.
    private IEnumerable<NodeCapture> Files(GraphUpdate update) =>
        from id in _files
        let file = (CapturePlace.File)update.Graph.Places[id]
        select new NodeCapture
        {
            NodeId = id,
            NodeTid = update.Graph.Graph.Node(id)!.Tid,
            Capture = new Shared.Messages.Captures.Capture { Uuid = NameUuid.Of("capture-file", file.Path), Name = Path.GetFileName(file.Path), Type = CapturePlan.File },
        };
}

/// <summary>The UDP ports sFlow captures receive on: each holds one as long as it's wanted.</summary>
internal sealed class SflowPorts(int first, int last)
{
    private readonly Dictionary<(string Node, string Capture), int> _held = [];

    /// <summary>The port of a capture, the lowest free one at first; 0 when none is free.</summary>
    /// <param name="node">Id of the node.</param>
    /// <param name="capture">Id of the capture.</param>
    /// <param name="asked">The port its user asks for; 0: any.</param>
    public int Hold(string node, string capture, int asked)
    {
        if (_held.TryGetValue((node, capture), out var held))
        {
            return held;
        }

        var port = asked > 0 ? asked : first;
        var end = asked > 0 ? asked : last;
        while (port <= end && _held.ContainsValue(port))
        {
            port++;
        }

        return port <= end ? _held[(node, capture)] = port : 0;
    }

    /// <summary>Frees the ports of captures that aren't wanted any more.</summary>
    public void Keep(IReadOnlySet<(string Node, string Capture)> wanted)
    {
        foreach (var gone in _held.Keys.Where(k => !wanted.Contains(k)).ToList())
        {
            _held.Remove(gone);
        }
    }
}
