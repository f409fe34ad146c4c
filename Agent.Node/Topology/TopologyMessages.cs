using System.Collections.Immutable;
using Agent.Node.Interfaces;
using Agent.Node.Namespaces;
using Agent.Node.Netlink;
using Agent.Node.OpenVSwitch;
using Akka.Event;
using Shared.Messages.Topology;

namespace Agent.Node.Topology;

/// <summary>Netlink probe -> topology: interfaces of a namespace that changed.</summary>
internal sealed record InterfacesChanged(NamespaceId Namespace, InterfaceChanges Changes);

/// <summary>Netlink probe -> topology: the numbers by which a namespace knows others.</summary>
internal sealed record NumbersChanged(NamespaceId Namespace, ImmutableDictionary<int, NamespaceId> Numbers);

/// <summary>Namespace probe -> topology.</summary>
internal sealed record NamespaceAppeared(NamedNamespace Namespace);

/// <summary>Namespace probe -> topology.</summary>
internal sealed record NamespaceVanished(NamespaceId Namespace);

/// <summary>Topology -> probes: all namespaces there are, by the files that lead to them, the agent's own among them.</summary>
internal sealed record NamespacesKnown(ImmutableDictionary<NamespaceId, string> Paths) : IDeadLetterSuppression;

/// <summary>OVSDB probe -> topology: the database as it is; empty when Open vSwitch doesn't run.</summary>
internal sealed record OvsChanged(OvsTables Tables);

/// <summary>Interface -> topology: the captures on a node, all of them.</summary>
internal sealed record CapturesChanged(string NodeId, ImmutableArray<CaptureState> Captures);

/// <summary>Asks topology for the graph now and whenever it changes, until the asker stops.</summary>
internal sealed record WatchGraph
{
    public static readonly WatchGraph Instance = new();
}

/// <summary>Topology -> who watches: the graph as it is, and what changed since the last time (nothing, at first).</summary>
internal sealed record GraphUpdate(HostGraph Graph, OvsTables Ovs, IReadOnlyList<GraphChange> Changes);
