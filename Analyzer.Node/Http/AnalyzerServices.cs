using Akka.Actor;
using Akka.Cluster;
using Analyzer.Node.Host;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Http;

/// <summary>What the gateway and the console answer from.</summary>
internal sealed record AnalyzerServices
{
    /// <summary>The merged graph, <see cref="Views.GraphView"/>.</summary>
    public required IActorRef View { get; init; }
    /// <summary>The shard region of hosts: passes commands to their agents.</summary>
    public required IActorRef Hosts { get; init; }
    /// <summary>All flows.</summary>
    public required IFlowSource Flows { get; init; }
    /// <summary>The capture registry.</summary>
    public required IActorRef Captures { get; init; }
    /// <summary>The injection registry.</summary>
    public required IActorRef Injections { get; init; }
    /// <summary>The fabric's links.</summary>
    public required IActorRef Fabric { get; init; }
    /// <summary>The cluster as this node sees it.</summary>
    public required Cluster Cluster { get; init; }
    /// <summary>Whether this analyzer works.</summary>
    public required Readiness Readiness { get; init; }
    /// <summary>Time a query or command has.</summary>
    public required TimeSpan QueryTimeout { get; init; }
    /// <summary>The product's version.</summary>
    public string Version { get; } = typeof(AnalyzerServices).Assembly.GetName().Version?.ToString(3) ?? "0";
}
