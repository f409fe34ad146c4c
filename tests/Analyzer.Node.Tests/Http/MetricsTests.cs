using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Analyzer.Node.Telemetry;
using Topology.Fabric.Model;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Http;

/// <summary>What /metrics tells of captures, as the graph's metadata has it.</summary>
[Collection(nameof(ApiTests))]
public class MetricsTests
{
    [Fact]
    public void Drops_are_told_apart_by_who_dropped()
    {
        MetaValue capture = Metadata.Create(
            ("ID", "c1"), ("Type", "pcap"), ("State", "active"), ("PacketsReceived", 10), ("PacketsDropped", 2), ("PacketsIfDropped", 3), ("PacketsAgentDropped", 4));
        var measured = Measure(GraphOf("eth1", capture));
        const string labels = "host=agent1,node=tid-1,name=eth1,capture=c1,type=pcap";
        measured.ShouldContain($"skydive.capture.up {labels} 1");
        measured.ShouldContain($"skydive.capture.packets.received {labels} 10");
        measured.ShouldContain($"skydive.capture.packets.dropped {labels},by=kernel 2");
        measured.ShouldContain($"skydive.capture.packets.dropped {labels},by=interface 3");
        measured.ShouldContain($"skydive.capture.packets.dropped {labels},by=agent 4");
        measured.ShouldContain("skydive.topology.nodes host=agent1 1");
    }

    [Fact]
    public void Metadata_of_another_kind_by_that_name_is_no_capture() =>
        Measure(GraphOf("eth1", "none")).ShouldNotContain(line => line.StartsWith("skydive.capture", StringComparison.Ordinal));

    private static List<string> Measure(Graph graph)
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Name == "skydive.analyzer" && instrument.IsObservable)
            {
                to.EnableMeasurementEvents(instrument);
            }
        }
        };
        var lines = new List<string>();
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            lines.Add($"{instrument.Name} {string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))} {value}"));
        AnalyzerMetrics.Observe(graph);
        listener.Start();
        listener.RecordObservableInstruments();
        return lines;
    }

    private static Graph GraphOf(string name, MetaValue capture)
    {
        var captures = capture.Kind == MetaKind.Map ? (MetaValue)ImmutableArray.Create(capture) : capture;
        var builder = Graph.Empty.ToBuilder();
        builder.Set(new TopologyNode { Id = "n1", Host = "agent1", Metadata = Metadata.Create(("Type", "device"), ("Name", name), ("TID", "tid-1"), ("Captures", captures)) });
        return builder.ToGraph();
    }
}
