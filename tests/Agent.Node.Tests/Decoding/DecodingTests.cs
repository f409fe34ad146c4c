using Agent.Node.Decoding;

namespace Agent.Node.Tests.Decoding;

public sealed class DecodingTests
{
    public static TheoryData<string> Names => [.. TestPackets.All.Select(packet => packet.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_packet_has_its_layers_and_what_it_carries_has_too(string name)
    {
        var packet = TestPackets.All.Single(candidate => candidate.Name == name);
        FlowsIn(packet.LinkType, packet.Bytes).ShouldBe(packet.Flows);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_packet_cut_anywhere_has_the_layers_that_are_left(string name)
    {
        var packet = TestPackets.All.Single(candidate => candidate.Name == name);
        var whole = Layers(packet.Flows);
        for (var length = 0; length < packet.Bytes.Length; length++)
        {
            // A copy of its own: a read behind the end would be out of the array.
            var left = Layers(FlowsIn(packet.LinkType, packet.Bytes[..length]));
            left.Length.ShouldBeLessThanOrEqualTo(whole.Length);
            whole[..left.Length].ShouldBe(left, $"{name}, cut to {length} bytes");
        }
    }

    [Fact]
    public void VLAN_tags_are_kept_in_their_order()
    {
        var packet = TestPackets.All.Single(candidate => candidate.Name == "QinQ to four tags");
        PacketDecoder.Decode(LinkType.Ethernet, packet.Bytes, TunnelPorts.Default, out var layers);
        layers.VlanTags.ShouldBe(8UL | (10UL << 12) | (20UL << 24) | (30UL << 36));
    }

    [Fact]
    public void A_path_is_in_identifiers_as_it_was_when_five_bits_named_a_layer()
    {
        var path = Enumerable.Range((int)LayerType.Ethernet, 10).Aggregate(default(LayersPath), (path, layer) => path.Append((LayerType)layer));
        path.Stable.ShouldBe(Enumerable.Range(0, 10).Aggregate(0UL, (packed, place) => packed | ((ulong)(place + 1) << (5 * place))));
        // More layers than five bits name are told apart, wherever they stand.
        LayersPath Of(params LayerType[] layers) => layers.Aggregate(default(LayersPath), (path, layer) => path.Append(layer));
        new[]
        {
            Of(LayerType.Ethernet, (LayerType)(32 + 4)), Of(LayerType.Ethernet, LayerType.IPv4), Of((LayerType)(32 + 1), LayerType.IPv4), Of((LayerType)(32 + 1), (LayerType)(32 + 4)),
        }.Select(other => other.Stable).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void A_port_of_two_tunnels_is_refused()
    {
        Should.Throw<ArgumentException>(() => new TunnelPorts((LayerType.Vxlan, [4789]), (LayerType.Geneve, [4789]))).Message.ShouldContain("4789");
        Should.Throw<ArgumentException>(() => new TunnelPorts((LayerType.Vxlan, [70000]))).Message.ShouldContain("70000");
    }

    [Fact]
    public void A_tunnel_on_another_port_is_seen_when_the_port_is_given()
    {
        var packet = PacketCraft.Ethernet(0x0800, PacketCraft.Ipv4(17, PacketCraft.Udp(9, 9999, PacketCraft.Vxlan(5, PacketCraft.Ethernet(0x0806, PacketCraft.Arp())))));
        FlowsIn(LinkType.Ethernet, packet).ShouldBe(["Ethernet/IPv4/UDP"]);
        FlowsIn(LinkType.Ethernet, packet, new TunnelPorts((LayerType.Vxlan, [9999]))).ShouldBe(["Ethernet/IPv4/UDP/VXLAN#5", "Ethernet/ARP"]);
    }

    [Fact]
    public void NVGRE_s_FlowID_is_not_part_of_its_network_when_a_key_is_said_to_be_NVGRE_s()
    {
        var ports = new TunnelPorts { IsNvgre = true };
        var inner = PacketCraft.Ethernet(0x0806, PacketCraft.Arp());
        byte[] Packet(ushort type, byte[] payload, uint key, uint? sequence = null) => PacketCraft.Ethernet(0x0800, PacketCraft.Ipv4(47, PacketCraft.Gre(type, payload, key, sequence)));
        var nvgre = Packet(0x6558, inner, 0x00100207);
        FlowsIn(LinkType.Ethernet, nvgre, ports).ShouldBe([$"Ethernet/IPv4/GRE#{0x1002}", "Ethernet/ARP"]);
        FlowsIn(LinkType.Ethernet, nvgre).ShouldBe([$"Ethernet/IPv4/GRE#{0x100207}", "Ethernet/ARP"]);
        FlowsIn(LinkType.Ethernet, Packet(0x6558, inner, 0x00100207, sequence: 1), ports)[0].ShouldBe($"Ethernet/IPv4/GRE#{0x100207}");
        FlowsIn(LinkType.Ethernet, Packet(0x0800, PacketCraft.Ipv4(1, PacketCraft.Echo(1, 1)), 0x00100207), ports)[0].ShouldBe($"Ethernet/IPv4/GRE#{0x100207}");
    }

    private static string[] Layers(IEnumerable<string> flows) => [.. flows.SelectMany(flow => flow.Split('#')[0].Split('/'))];

    private static List<string> FlowsIn(LinkType link, byte[] bytes, TunnelPorts? ports = null)
    {
        var found = new List<string>();
        ReadOnlySpan<byte> rest = bytes;
        while (true)
        {
            PacketDecoder.Decode(link, rest, ports ?? TunnelPorts.Default, out var layers);
            if (layers.Path.Count == 0)
            {
                return found;
            }

            found.Add(layers.NetworkId != 0 ? $"{layers.Path}#{layers.NetworkId}" : layers.Path.ToString());
            if (layers.End != DecodeEnd.Tunnel)
            {
                return found;
            }

            rest = rest[layers.InnerOffset..];
            link = layers.Inner;
        }
    }
}
