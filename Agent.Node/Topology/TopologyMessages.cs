using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Probes.OpenVSwitch;
using Akka.Event;
using Shared.Messages.Topology;

namespace Agent.Node.Topology;

/// <summary>Interface -> topology: the captures on a node, all of them.</summary>
internal sealed record CapturesChanged(string NodeId, ImmutableArray<CaptureState> Captures);

/// <summary>Asks topology for the graph now and whenever it changes, until the asker stops.</summary>
internal sealed record WatchGraph
{
    public static readonly WatchGraph Instance = new();
}

/// <summary>Topology -> who watches: the graph as it is, and what changed since the last time (nothing, at first).</summary>
internal sealed record GraphUpdate(HostGraph Graph, OvsTables Ovs, IReadOnlyList<GraphChange> Changes);
