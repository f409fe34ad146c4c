using Agent.Node.Flows;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Flows;

public sealed class CraftedCaptureTests
{
    private const string WriteVariable = "SKYDIVE_WRITE_CAPTURES";

    public static TheoryData<string> Names => [.. CraftedCaptures.All.Select(capture => capture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_is_what_is_described(string name)
    {
        var capture = Named(name);
        var file = Path.Combine(Path.GetTempPath(), $"crafted-{Guid.NewGuid():N}.pcap");
        try
        {
            PacketCraft.Write(file, capture.Link, capture.Packets().Select(packet => packet.Bytes));
            if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            {
                File.Copy(file, capture.Path, overwrite: true);
            }

            File.ReadAllBytes(capture.Path).ShouldBe(File.ReadAllBytes(file), $"{capture.Path} differs from CraftedCaptures.cs: {WriteVariable}=1 writes it anew");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Every_file_is_described() =>
        Directory.EnumerateFiles(CraftedCapture.Folder, "*.pcap").Select(Path.GetFileNameWithoutExtension).ShouldBe(CraftedCaptures.All.Select(capture => capture.Name), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_flow_is_in_the_one_around_it_and_counts_both_directions(string name)
    {
        var capture = Named(name);
        var flows = Captures.FlowsOf(capture.Path);
        flows.Count.ShouldBe(capture.Flows.Length);
        var parent = "";
        foreach (var expected in capture.Flows)
        {
            var flow = flows.Single(candidate => candidate.ParentUuid == parent);
            flow.LayersPath.ShouldBe(expected.Path);
            (flow.Network?.A ?? "", flow.Network?.B ?? "").ShouldBe((expected.A, expected.B));
            (flow.Network?.Id ?? 0).ShouldBe(expected.Id, expected.Path);
            (flow.Link?.Id ?? 0).ShouldBe(flow.Link is null ? 0 : expected.Tags, expected.Path);
            // Labels on a link without addresses don't say who sent them.
            var hasEnds = expected.A.Length > 0 || flow.Link is not null;
            var back = capture.Packets().Where(packet => packet.IsBack && hasEnds).Select(packet => packet.Bytes.Length - expected.HeadersBack).ToList();
            var there = capture.Packets().Where(packet => !packet.IsBack || !hasEnds).Select(packet => packet.Bytes.Length - expected.Headers).ToList();
            (flow.Metric.AbPackets, flow.Metric.BaPackets).ShouldBe((there.Count, back.Count), expected.Path);
            (flow.Metric.AbBytes, flow.Metric.BaBytes).ShouldBe((there.Sum(), back.Sum()), expected.Path);
            parent = flow.Uuid;
        }
        var inner = flows.Single(flow => flow.Uuid == parent);
        (inner.Transport.Protocol, inner.Transport.A, inner.Transport.B).ShouldBe(("TCP", 1000, 80));
    }

    [Fact]
    public void The_inner_conversation_is_tracked_as_one_through_all_tunnels_and_links()
    {
        // These are for ever: another number here is another identity on every host that isn't upgraded yet.
        const string over4 = "4d6da1eecc195a0d";
        const string over6 = "6beeb76d21d16068";
        foreach (var capture in CraftedCaptures.All)
        {
            var inner = Inner(capture);
            inner.L3TrackingId.ShouldBe(inner.Network.Protocol == "IPV4" ? over4 : over6, capture.Name);
        }
        // With the same link layer around, the other identifier is equal, too.
        foreach (var same in CraftedCaptures.All.Select(Inner).GroupBy(flow => (flow.LayersPath, flow.Link?.Id, flow.Link?.A)))
        {
            same.Select(flow => flow.TrackingId).Distinct().ShouldHaveSingleItem();
        }
    }

    [Fact]
    public void What_headers_say_beyond_the_network_is_kept()
    {
        Tunnel("gre-in-gre", 0).ShouldBeNull();
        Tunnel("gre-in-gre", 1).ShouldNotBeNull().GreKey.ShouldBe(5u);
        var gre = Tunnel("gre6-vlan", 0).ShouldNotBeNull();
        (gre.GreKey, gre.HasGreSequence, gre.GreSequence).ShouldBe((0x01020304u, true, 0u));
        Tunnel("mpls-in-gre6", 0).ShouldNotBeNull().MplsLabels.ShouldBe([100u, 200, 300, 400]);
        Tunnel("mpls-in-gre6", 0).ShouldNotBeNull().GreKey.ShouldBe(7u);
        Tunnel("mpls-on-ethernet", 0).ShouldNotBeNull().MplsLabels.ShouldBe([100u, 7, 4711, 200]);
        Tunnel("vxlan-in-geneve", 0).ShouldNotBeNull().GeneveOptions.Select(option => option.Class).ShouldBe([0x0102u, 0x0103]);
        Tunnel("qinq-in-vxlan-in-qinq", 0).ShouldNotBeNull().GroupPolicy.Id.ShouldBe(5000u);
    }

    private static CraftedCapture Named(string name) => CraftedCaptures.All.Single(capture => capture.Name == name);

    private static Flow Inner(CraftedCapture capture)
    {
        var flows = Captures.FlowsOf(capture.Path);
        return flows.Single(flow => flows.All(other => other.ParentUuid != flow.Uuid));
    }

    private static FlowTunnel? Tunnel(string name, int flow)
    {
        var flows = Captures.FlowsOf(Named(name).Path);
        return flows.Single(candidate => candidate.LayersPath == Named(name).Flows[flow].Path).Tunnel;
    }
}
