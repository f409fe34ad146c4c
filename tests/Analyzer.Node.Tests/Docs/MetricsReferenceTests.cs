using System.Runtime.CompilerServices;
using Analyzer.Node.Telemetry;
using Shared.Messages.Telemetry;
using SkydiveActors.Docs;

namespace Analyzer.Node.Tests.Docs;

public class MetricsReferenceTests
{
    [Fact]
    public void The_reference_of_the_analyzers_metrics_is_current()
    {
        RuntimeHelpers.RunClassConstructor(typeof(AnalyzerMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ListenerMetrics).TypeHandle);
        ReferenceDocument.ShouldBeCurrent("metrics-analyzer.md", MetricsReference.Of(
            "analyzer",
            "Analyzer.Node/Telemetry/AnalyzerMetrics.cs",
            "`GET /metrics` gives them to Prometheus; `skydive.telemetry.otlp-endpoint` sends them by OTLP. Captures are counted here for all agents, as their nodes' metadata has them. The runtime's (`System.Runtime`), Kestrel's, ASP.NET Core's and Npgsql's own come with them."));
    }
}
