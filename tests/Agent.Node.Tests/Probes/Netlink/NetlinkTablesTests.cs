using System.Collections.Immutable;
using Agent.Node.Probes.Netlink;

namespace Agent.Node.Tests.Probes.Netlink;

public sealed class NetlinkTablesTests
{
    [Fact]
    public void A_route_over_two_links_goes_from_both_whichever_its_end_names()
    {
        var tables = new NetlinkTables();
        tables.Apply(new NetlinkEvent.LinkSet(Link(1), ""));
        tables.Apply(new NetlinkEvent.LinkSet(Link(2), ""));
        var route = new RouteMessage { Table = 254, Prefix = "198.51.100.0/24", NextHops = [new RouteNextHop(1, "10.0.0.1"), new RouteNextHop(2, "10.1.0.1")] };
        tables.Apply(new NetlinkEvent.RouteSet(route, Replaces: false));
        tables.TakeChanges().Set.ShouldAllBe(i => i.Routes.Length == 1);

        tables.Apply(new NetlinkEvent.RouteGone(route with { NextHops = [route.NextHops[0]] })).ShouldBeTrue();

        tables.TakeChanges().Set.Select(i => (i.Link.Index, i.Routes.Length)).ShouldBe([(1, 0), (2, 0)]);
    }

    [Fact]
    public void A_look_at_the_IPv4_routes_leaves_the_others()
    {
        var tables = new NetlinkTables();
        tables.Apply(new NetlinkEvent.LinkSet(Link(1), ""));
        tables.Apply(new NetlinkEvent.RouteSet(Route("10.0.0.0/24"), Replaces: false));
        tables.Apply(new NetlinkEvent.RouteSet(Route("fe80::/64"), Replaces: false));

        tables.Apply(new NetlinkEvent.DumpBegun(NetlinkTable.RoutesIPv4));
        tables.Apply(new NetlinkEvent.DumpEnded(NetlinkTable.RoutesIPv4));

        tables.TakeChanges().Set.ShouldHaveSingleItem().Routes.Select(r => r.Prefix).ShouldBe(["fe80::/64"]);
    }

    [Fact]
    public void The_first_look_at_everything_says_that_it_was_at_everything()
    {
        var tables = new NetlinkTables();
        tables.Apply(new NetlinkEvent.LinkSet(Link(1), ""));
        foreach (var table in new[] { NetlinkTable.Links, NetlinkTable.Addresses, NetlinkTable.Routes, NetlinkTable.Neighbours })
        {
            tables.Complete.ShouldBeFalse();
            tables.Apply(new NetlinkEvent.DumpEnded(table));
        }

        tables.TakeChanges().IsAll.ShouldBeTrue();
        tables.Apply(new NetlinkEvent.LinkGone(1));
        tables.TakeChanges().IsAll.ShouldBeFalse();
    }

    [Fact]
    public void Where_no_link_is_up_and_nothing_waits_there_is_nothing_to_look_at()
    {
        var tables = new NetlinkTables();
        tables.IsToBeLookedAt.ShouldBeFalse();
        tables.Apply(new NetlinkEvent.LinkSet(Link(1), ""));
        tables.TakeChanges();
        tables.IsToBeLookedAt.ShouldBeFalse();

        tables.Apply(new NetlinkEvent.LinkSet(Link(1) with { Flags = LinkFlags.Up }, ""));
        tables.TakeChanges();
        tables.IsToBeLookedAt.ShouldBeTrue();
        tables.Apply(new NetlinkEvent.LinkGone(1));
        tables.TakeChanges();
        tables.IsToBeLookedAt.ShouldBeFalse();
    }

    [Fact]
    public void Counters_that_went_on_wait_for_the_end_of_the_look()
    {
        var tables = new NetlinkTables();
        tables.Apply(new NetlinkEvent.LinkSet(Link(1), ""));
        tables.TakeChanges();

        tables.Apply(new NetlinkEvent.Counted(1, new LinkStatistics { RxPackets = 3 })).ShouldBeFalse();
        tables.Apply(new NetlinkEvent.Counted(9, new LinkStatistics { RxPackets = 3 })).ShouldBeFalse();

        tables.TakeChanges().Set.ShouldHaveSingleItem().Link.Statistics.RxPackets.ShouldBe(3);
    }

    private static LinkMessage Link(int index) => new() { Index = index, Name = $"eth{index}" };

    private static RouteMessage Route(string prefix) => new() { Table = 254, Prefix = prefix, NextHops = [new RouteNextHop(1, null)] };
}
