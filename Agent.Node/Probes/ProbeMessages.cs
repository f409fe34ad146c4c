using System.Collections.Immutable;
using Agent.Node.Linux;
using Akka.Event;

namespace Agent.Node.Probes;

/// <summary>A probe -> topology: it can't look, and why, or (null) it can again.</summary>
internal sealed record ProbeState(string Probe, string? Error);

/// <summary>Topology -> probes: all namespaces there are, by the files that lead to them, the agent's own among them.</summary>
internal sealed record NamespacesKnown(ImmutableDictionary<NamespaceId, string> Paths) : IDeadLetterSuppression;
