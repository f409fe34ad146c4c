namespace Agent.Node.Tests.Decoding;

/// <summary>Every packet of every capture, layer by layer and field by field, as Wireshark sees it.</summary>
public sealed class WiresharkTests
{
    [RequiresFact("tshark")]
    public void The_crafted_captures_are_to_Wireshark_what_they_are_to_us()
    {
        // Wireshark has no reader for labels at the beginning.
        foreach (var capture in CraftedCaptures.All.Where(capture => capture.WiresharkAgrees && capture.Name != "mpls"))
        {
            Compare(capture.Path).ShouldBe(CraftedCapture.There + CraftedCapture.Back, capture.Name);
        }
    }

    [RequiresFact("tshark")]
    public void The_test_packets_are_to_Wireshark_what_they_are_to_us()
    {
        var packets = TestPackets.All.Where(packet => packet.WiresharkAgrees).ToList();
        var file = Path.GetTempFileName();
        try
        {
            PacketCraft.Write(file, PacketDotNet.LinkLayers.Ethernet, packets.Select(packet => packet.Bytes));
            Compare(file).ShouldBe(packets.Count);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [RequiresFact("tshark")]
    public void The_captures_from_outside_are_to_Wireshark_what_they_are_to_us()
    {
        // Wireshark decodes a first fragment as if it were whole, a raw IP packet that a file calls Ethernet as Ethernet, and
        // takes the zeros a MAC address below Contrail's labels starts with for a control word.
        string[] others = ["ipv4-fragments.pcap", "link-type-12.pcap", "contrail-udp-mpls-eth-and-ipv4.pcap"];
        var compared = 0;
        foreach (var file in new[] { "skydive", "open-vswitch" }.SelectMany(folder => Directory.EnumerateFiles(Captures.File(folder), "*.pcap")).Where(file => !others.Contains(Path.GetFileName(file))))
        {
            compared += Compare(file);
        }

        compared.ShouldBeGreaterThan(100);
    }

    /// <summary>How many packets were compared.</summary>
    private static int Compare(string file)
    {
        var seen = Tshark.Packets(file, PacketFacts.Fields);
        var packets = Captures.PacketsOf(file);
        for (var number = 0; number < packets.Count; number++)
        {
            var facts = PacketFacts.Of(packets[number].Link, packets[number].Bytes);
            // Wireshark leaves VXLAN-GPE out of a frame's protocols; the VNI below says that it was seen.
            facts.Layers.Where(layer => layer != "VXLAN-GPE").ShouldBe(seen[number].Layers, $"{file}, packet {number + 1}");
            for (var field = 0; field < PacketFacts.Fields.Length; field++)
            {
                facts[PacketFacts.Fields[field]].ShouldBe(seen[number].Values[field], $"{file}, packet {number + 1}: {PacketFacts.Fields[field]}");
            }
        }
        seen.Length.ShouldBe(packets.Count);
        return packets.Count;
    }
}
