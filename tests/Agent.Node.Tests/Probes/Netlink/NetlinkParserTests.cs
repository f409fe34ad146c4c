using System.Buffers.Binary;
using System.Text;
using Agent.Node.Probes.Netlink;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace Agent.Node.Tests.Probes.Netlink;

public sealed class NetlinkParserTests(ITestOutputHelper output)
{
    [Fact]
    public void Gre_gives_key_and_ends()
    {
        var data = Join(
            Attribute(3, [0x20, 0x00]), Attribute(5, [0, 0, 0, 7]), Attribute(6, [192, 0, 2, 1]), Attribute(7, [192, 0, 2, 2]));

        var link = Link(Attribute(3, Encoding.UTF8.GetBytes("gre1\0")), Attribute(18, Join(Attribute(1, "gre\0"u8), Attribute(2, data))));

        link.Kind.ShouldBe("gre");
        link.Tunnel.ShouldBe(new TunnelAttributes { Key = 7, Local = "192.0.2.1", Remote = "192.0.2.2" });
    }

    [Fact]
    public void Gre_without_the_key_flag_has_no_key()
    {
        var data = Join(Attribute(3, [0, 0]), Attribute(5, [0, 0, 0, 7]), Attribute(7, [0, 0, 0, 0]));

        Link(Attribute(18, Join(Attribute(1, "gretap\0"u8), Attribute(2, data)))).Tunnel.ShouldBe(new TunnelAttributes());
    }

    [Fact]
    public void Geneve_gives_vni_and_port()
    {
        var data = Join(Attribute(1, [3, 0, 0, 0]), Attribute(5, [0x17, 0xc1]), Attribute(2, [192, 0, 2, 9]));

        Link(Attribute(18, Join(Attribute(1, "geneve\0"u8), Attribute(2, data)))).Tunnel
            .ShouldBe(new TunnelAttributes { Vni = 3, Port = 6081, Remote = "192.0.2.9" });
    }

    [Fact]
    public void A_vlan_gives_its_id_and_lower_link()
    {
        var link = Link(
            Attribute(5, [4, 0, 0, 0]), Attribute(18, Join(Attribute(1, "vlan\0"u8), Attribute(2, Attribute(1, [100, 0])))));

        (link.Kind, link.Vlan, link.LowerIndex).ShouldBe(("vlan", 100, 4));
    }

    [Fact]
    public void A_route_over_two_gateways_has_two_hops()
    {
        var hops = Join(Hop(3, Attribute(5, [10, 0, 0, 1])), Hop(4, Attribute(5, [10, 0, 1, 1])));
        byte[] body = [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, .. Attribute(1, [198, 51, 100, 0]), .. Attribute(9, hops)];

        RouteMessage.TryRead(body, out var route).ShouldBeTrue();

        route!.Prefix.ShouldBe("198.51.100.0/24");
        route.NextHops.ShouldBe([new RouteNextHop(3, "10.0.0.1"), new RouteNextHop(4, "10.0.1.1")]);
    }

    [Fact]
    public void A_default_route_has_the_whole_space_as_prefix()
    {
        byte[] body = [10, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, .. Attribute(4, [2, 0, 0, 0])];

        RouteMessage.TryRead(body, out var route).ShouldBeTrue();

        route!.Prefix.ShouldBe("::/0");
    }

    [Fact]
    public void Of_a_point_to_point_address_our_end_counts()
    {
        byte[] body = [2, 32, 0, 0, 5, 0, 0, 0, .. Attribute(1, [10, 0, 0, 2]), .. Attribute(2, [10, 0, 0, 1])];

        AddressMessage.TryRead(body, out var address).ShouldBeTrue();

        address.ShouldBe(new AddressMessage(5, "10.0.0.1", 32));
    }

    [Fact]
    public void An_attribute_longer_than_the_message_ends_the_walk_and_keeps_what_came_before()
    {
        var attributes = new NetlinkAttributes([.. Attribute(4, [0x78, 5, 0, 0]), 200, 0, 3, 0]);

        attributes.TryRead(out var type, out var value).ShouldBeTrue();
        (type, NetlinkValue.Int32(value)).ShouldBe((4, 1400));
        attributes.TryRead(out _, out _).ShouldBeFalse();
        attributes.Malformed.ShouldBeTrue();
    }

    [Fact]
    public void Any_bytes_are_survived()
    {
        SeededCheck.Holds(
            Prop.ForAll<byte[]>(bytes =>
            {
                Parse(bytes);
                return true;
            }),
            output);
    }

    [Fact]
    public void A_message_cut_or_bent_anywhere_is_survived()
    {
        var random = new Random(7);
        var good = Link(out var whole, Attribute(3, "eth0\0"u8), Attribute(1, [2, 0, 0, 0, 0, 1]), Attribute(23, new byte[184]),
            Attribute(18, Join(Attribute(1, "vxlan\0"u8), Attribute(2, Join(Attribute(1, [42, 0, 0, 0]), Attribute(4, [192, 0, 2, 1]))))));
        good.Tunnel!.Vni.ShouldBe(42u);
        for (var length = 0; length <= whole.Length; length++)
        {
            Parse(whole.AsSpan(0, length));
        }

        for (var round = 0; round < 20_000; round++)
        {
            var bent = whole.ToArray();
            for (var i = 0; i < 4; i++)
            {
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            }

            Parse(bent);
        }
    }

    private static void Parse(ReadOnlySpan<byte> bytes)
    {
        var messages = new NetlinkMessages(bytes);
        while (messages.TryRead(out _, out var payload))
        {
            ParseBody(payload);
        }

        ParseBody(bytes);
    }

    private static void ParseBody(ReadOnlySpan<byte> payload)
    {
        LinkMessage.TryRead(payload, out _);
        AddressMessage.TryRead(payload, out _);
        RouteMessage.TryRead(payload, out _);
        NeighbourMessage.TryRead(payload, out _);
        LinkStatistics.TryRead(payload, out _, out _);
    }

    private static LinkMessage Link(params byte[][] attributes) => Link(out _, attributes);

    private static LinkMessage Link(out byte[] body, params byte[][] attributes)
    {
        body = [0, 0, 1, 0, 9, 0, 0, 0, 0x43, 0x10, 0, 0, 0, 0, 0, 0, .. Join(attributes)];
        LinkMessage.TryRead(body, out var link).ShouldBeTrue();
        return link!;
    }

    private static byte[] Attribute(int type, ReadOnlySpan<byte> value)
    {
        var attribute = new byte[NetlinkMessages.Align(4 + value.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute.AsSpan(4));
        return attribute;
    }

    private static byte[] Hop(int link, byte[] attributes) => [(byte)(8 + attributes.Length), 0, 0, 0, (byte)link, 0, 0, 0, .. attributes];

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

}
