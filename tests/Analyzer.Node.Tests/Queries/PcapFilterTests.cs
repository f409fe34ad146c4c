using Analyzer.Node.Queries;
using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Analyzer.Node.Tests.Queries;

/// <summary>BPF on raw packets, as libpcap reads it.</summary>
public sealed class PcapFilterTests
{
    private const uint Ethernet = 1;
    private const uint RawIP = 101;

    private static readonly RawPacket[] Packets = [Packet("a", Ethernet, 1), Packet("a", Ethernet, 17), Packet("b", RawIP, 17), new() { FlowUuid = "c", LinkType = Ethernet }];

    [Theory]
    [InlineData("icmp", "a")]
    [InlineData("udp", "a b")]
    [InlineData("ip", "a a b")]
    [InlineData("udp port 53", "a b")]
    [InlineData("udp port 54", "")]
    [InlineData("len = 0", "c")]
    public async Task Packets_that_match_are_kept_whatever_they_were_captured_on(string filter, string flows) =>
        string.Join(' ', (await RunAsync(filter)).Select(packet => packet.FlowUuid)).ShouldBe(flows);

    [Fact]
    public async Task A_filter_that_means_nothing_is_said_with_its_column()
    {
        var error = await Should.ThrowAsync<GremlinException>(() => RunAsync("colour red"));
        error.Column.ShouldBe(28);
        error.Reason.ShouldStartWith("the filter can't be used: ");
    }

    private static async Task<IReadOnlyList<RawPacket>> RunAsync(string filter)
    {
        Flow[] flows = [.. Packets.Select(packet => packet.FlowUuid).Distinct().Select(uuid => new Flow { Uuid = uuid, RawPacketsCaptured = 2 })];
        var result = await GremlinQuery.Parse($"G.Flows().RawPackets().BPF('{filter}')").RunAsync(
            Graph.Empty, new FlowList(flows, Packets), CancellationToken.None, new QuerySources { Filters = expression => new PcapFilter(expression) });
        return ((RawPacketsTraversal)result).Packets;
    }

    // IPv4 of a protocol, from and to port 53 if it has ports.
    private static RawPacket Packet(string flow, uint linkType, byte protocol)
    {
        byte[] packet = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 53, 0, 53, 0, 8, 0, 0];
        return new RawPacket { FlowUuid = flow, LinkType = linkType, Data = ByteString.CopyFrom(linkType == Ethernet ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, .. packet] : packet) };
    }
}
