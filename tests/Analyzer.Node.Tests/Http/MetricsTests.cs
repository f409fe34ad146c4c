using System.Collections.Immutable;
using Analyzer.Node.Http.Api;
using Topology.Fabric.Model;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Http;

public class MetricsTests
{
    [Fact]
    public void Drops_are_told_apart_by_who_dropped()
    {
        MetaValue capture = Metadata.Create(
            ("ID", "c1"), ("Type", "pcap"), ("State", "active"), ("PacketsReceived", 10), ("PacketsDropped", 2), ("PacketsIfDropped", 3), ("PacketsAgentDropped", 4));
        var lines = MetricsApi.Write(GraphOf("eth1", capture)).Split('\n');
        const string labels = "host=\"agent1\",node=\"tid-1\",name=\"eth1\",capture=\"c1\",type=\"pcap\"";
        lines.ShouldContain($"skydive_capture_up{{{labels}}} 1");
        lines.ShouldContain($"skydive_capture_packets_received_total{{{labels}}} 10");
        lines.ShouldContain($"skydive_capture_packets_dropped_total{{{labels},by=\"kernel\"}} 2");
        lines.ShouldContain($"skydive_capture_packets_dropped_total{{{labels},by=\"interface\"}} 3");
        lines.ShouldContain($"skydive_capture_packets_dropped_total{{{labels},by=\"agent\"}} 4");
        lines.ShouldContain("# TYPE skydive_capture_packets_dropped_total counter");
        lines[^1].ShouldBeEmpty();
    }

    [Fact]
    public void A_name_with_quotes_and_line_ends_stays_one_label()
    {
        MetaValue capture = Metadata.Create(("ID", "c1"), ("State", "error"));
        MetricsApi.Write(GraphOf("a\"b\\c\nd", capture)).ShouldContain("name=\"a\\\"b\\\\c\\nd\"");
    }

    [Fact]
    public void Metadata_of_another_kind_by_that_name_is_no_capture()
    {
        var text = MetricsApi.Write(GraphOf("eth1", "none"));
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith('#'));
    }

    private static Graph GraphOf(string name, MetaValue capture)
    {
        var captures = capture.Kind == MetaKind.Map ? (MetaValue)ImmutableArray.Create(capture) : capture;
        var builder = Graph.Empty.ToBuilder();
        builder.Set(new TopologyNode { Id = "n1", Host = "agent1", Metadata = Metadata.Create(("Type", "device"), ("Name", name), ("TID", "tid-1"), ("Captures", captures)) });
        return builder.ToGraph();
    }
}
