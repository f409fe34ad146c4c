using System.Collections.Immutable;

namespace Agent.Node.Probes.Netlink;

/// <summary>The kernel's tables this agent follows.</summary>
internal enum NetlinkTable
{
    Links,
    Addresses,
    Routes,
    Neighbours,

    /// <summary>The links' counters alone, which the kernel doesn't notify.</summary>
    Statistics,

    /// <summary>The IPv4 routes alone.</summary>
    RoutesIPv4,
}

/// <summary>What a network namespace's kernel told, in order.</summary>
internal abstract record NetlinkEvent
{
    private NetlinkEvent()
    {
    }

    /// <param name="Link">New or changed.</param>
    /// <param name="Driver">By ethtool; empty for none.</param>
    internal sealed record LinkSet(LinkMessage Link, string Driver) : NetlinkEvent;

    internal sealed record LinkGone(int Index) : NetlinkEvent;

    /// <summary>A link's counters went on.</summary>
    internal sealed record Counted(int Index, LinkStatistics Statistics) : NetlinkEvent;

    internal sealed record AddressSet(AddressMessage Address) : NetlinkEvent;

    internal sealed record AddressGone(AddressMessage Address) : NetlinkEvent;

    /// <param name="Route">New.</param>
    /// <param name="Replaces">It took the place of the route with its table, prefix and priority.</param>
    internal sealed record RouteSet(RouteMessage Route, bool Replaces) : NetlinkEvent;

    internal sealed record RouteGone(RouteMessage Route) : NetlinkEvent;

    internal sealed record NeighbourSet(NeighbourMessage Neighbour) : NetlinkEvent;

    internal sealed record NeighbourGone(NeighbourMessage Neighbour) : NetlinkEvent;

    /// <summary>What is set from here to <see cref="DumpEnded"/> is all the table holds.</summary>
    internal sealed record DumpBegun(NetlinkTable Table) : NetlinkEvent;

    internal sealed record DumpEnded(NetlinkTable Table) : NetlinkEvent;
}

/// <summary>The events of what was read at once.</summary>
internal sealed record NetlinkBatch(ImmutableArray<NetlinkEvent> Events);
