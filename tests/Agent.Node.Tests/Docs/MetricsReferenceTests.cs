using System.Runtime.CompilerServices;
using Agent.Node.Telemetry;
using Shared.Messages.Telemetry;
using SkydiveActors.Docs;

namespace Agent.Node.Tests.Docs;

public class MetricsReferenceTests
{
    [Fact]
    public void The_reference_of_the_agents_metrics_is_current()
    {
        RuntimeHelpers.RunClassConstructor(typeof(AgentMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ListenerMetrics).TypeHandle);
        ReferenceDocument.ShouldBeCurrent("metrics-agent.md", MetricsReference.Of(
            "agent",
            "Agent.Node/Telemetry/AgentMetrics.cs",
            "Sent by OTLP where `skydive.telemetry.otlp-endpoint` says where to, and there for Prometheus, as `/metrics`, where `skydive.agent.metrics.port` isn't 0. The runtime's own (`System.Runtime`) come with them."));
    }
}
