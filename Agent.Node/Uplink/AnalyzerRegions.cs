using Akka.Actor;

namespace Agent.Node.Uplink;

/// <summary>The analyzers' shard regions, as an agent reaches them.</summary>
/// <param name="Topology">Entities by host.</param>
/// <param name="Flows">Entities by partition.</param>
internal sealed record AnalyzerRegions(IActorRef Topology, IActorRef Flows);
