using System.Collections.Immutable;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// A namespace's links with their addresses, routes and neighbours, as its events say. Order doesn't matter: an address
/// may arrive before its link, and what belongs to a link that went goes with it. No I/O.
/// </summary>
internal sealed class NetlinkTables
{
    /// <summary>Routes kept per interface: a router with a full table shows the first ones, not the agent's last memory.</summary>
    internal const int MaxRoutes = 256;

    /// <summary>Neighbours kept per interface, for the same reason.</summary>
    internal const int MaxNeighbours = 1024;

    private readonly Dictionary<int, Entry> _entries = [];
    private readonly Dictionary<NetlinkTable, HashSet<object>> _dumps = [];
    private readonly HashSet<int> _changed = [];
    private readonly HashSet<int> _gone = [];
    private readonly HashSet<NetlinkTable> _known = [];
    private int _up;
    private bool _isTaken;

    private sealed class Entry
    {
        public LinkMessage? Link;
        public string Driver = "";
        public readonly SortedSet<(bool IsIPv6, string Address, int PrefixLength)> Addresses = [];
        public readonly Dictionary<(int, string, int, int, string?), RouteMessage> Routes = [];
        public readonly Dictionary<string, NeighbourMessage> Neighbours = [];
    }

    /// <summary>All tables were dumped once: what <see cref="TakeChanges"/> gives is the whole namespace.</summary>
    public bool Complete => _known.Count == 4;

    /// <summary>Counters may go on, or something changed and wasn't taken yet.</summary>
    public bool IsToBeLookedAt => _up > 0 || _changed.Count > 0 || _gone.Count > 0;

    /// <summary>Takes one event.</summary>
    /// <returns>False when nothing, or only counters and neighbours, changed: that can wait for the next refresh.</returns>
    public bool Apply(NetlinkEvent change)
    {
        switch (change)
        {
            case NetlinkEvent.LinkSet set:
                return SetLink(set.Link, set.Driver);
            case NetlinkEvent.LinkGone gone:
                return RemoveLink(gone.Index);
            case NetlinkEvent.Counted counted:
                if (_entries.TryGetValue(counted.Index, out var counting) && counting.Link is { } link)
                {
                    counting.Link = link with { Statistics = counted.Statistics };
                    Changed(counted.Index);
                }

                return false;
            case NetlinkEvent.AddressSet { Address: var address }:
                Seen(NetlinkTable.Addresses, address);
                return EntryOf(address.LinkIndex).Addresses.Add((address.IsIPv6, address.Address, address.PrefixLength))
                    && Changed(address.LinkIndex);
            case NetlinkEvent.AddressGone { Address: var address }:
                return _entries.TryGetValue(address.LinkIndex, out var entry)
                    && entry.Addresses.Remove((address.IsIPv6, address.Address, address.PrefixLength))
                    && Changed(address.LinkIndex);
            case NetlinkEvent.RouteSet { Route: var route, Replaces: var replaces }:
                return SetRoute(route, replaces);
            case NetlinkEvent.RouteGone { Route: var route }:
                return RemoveRoute(route);
            case NetlinkEvent.NeighbourSet { Neighbour: var neighbour }:
                SetNeighbour(neighbour);
                return false;
            case NetlinkEvent.NeighbourGone { Neighbour: var neighbour }:
                if (_entries.TryGetValue(neighbour.LinkIndex, out var holder) && holder.Neighbours.Remove(neighbour.Address))
                {
                    Changed(neighbour.LinkIndex);
                }

                return false;
            case NetlinkEvent.DumpBegun { Table: NetlinkTable.Statistics } or NetlinkEvent.DumpEnded { Table: NetlinkTable.Statistics }:
                return false;
            case NetlinkEvent.DumpBegun begun:
                _dumps[begun.Table] = [];
                return false;
            case NetlinkEvent.DumpEnded ended:
                if (ended.Table != NetlinkTable.RoutesIPv4)
                {
                    _known.Add(ended.Table);
                }

                return Sweep(ended.Table) || Complete;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "not an event of netlink");
        }
    }

    /// <summary>The interfaces that changed since the last call.</summary>
    public InterfaceChanges TakeChanges()
    {
        var set = ImmutableArray.CreateBuilder<InterfaceFacts>();
        foreach (var index in _changed.Order())
        {
            if (_entries.TryGetValue(index, out var entry) && entry.Link is not null)
            {
                set.Add(Facts(entry));
            }
        }

        var changes = new InterfaceChanges(set.ToImmutable(), [.. _gone.Order()]) { IsAll = Complete && !_isTaken };
        _isTaken = true;
        _changed.Clear();
        _gone.Clear();
        return changes;
    }

    private static InterfaceFacts Facts(Entry entry) => new(
        entry.Link!,
        entry.Driver,
        [.. entry.Addresses.Select(a => new AddressMessage(entry.Link!.Index, a.Address, a.PrefixLength))],
        [.. entry.Routes.Values.OrderBy(r => r.Table).ThenBy(r => r.Prefix, StringComparer.Ordinal).ThenBy(r => r.Priority)],
        [.. entry.Neighbours.Values.OrderBy(n => n.Address, StringComparer.Ordinal)]);

    private bool SetLink(LinkMessage link, string driver)
    {
        Seen(NetlinkTable.Links, link.Index);
        var entry = EntryOf(link.Index);
        var before = entry.Link;
        if (before == link && entry.Driver == driver)
        {
            return false;
        }

        _up += IsUp(link) - IsUp(before);
        entry.Link = link;
        entry.Driver = driver;
        _gone.Remove(link.Index);
        Changed(link.Index);
        return before is null || before with { Statistics = default } != link with { Statistics = default };
    }

    private bool RemoveLink(int index)
    {
        if (!_entries.Remove(index, out var entry) || entry.Link is null)
        {
            return false;
        }

        _up -= IsUp(entry.Link);
        _changed.Remove(index);
        _gone.Add(index);
        return true;
    }

    private static int IsUp(LinkMessage? link) => link is not null && (link.Flags & LinkFlags.Up) != 0 ? 1 : 0;

    private bool SetRoute(RouteMessage route, bool replaces)
    {
        Seen(NetlinkTable.Routes, route.Key);
        Seen(NetlinkTable.RoutesIPv4, route.Key);
        if (replaces)
        {
            RemoveRoutes(known => known.Key != route.Key
                && known.Table == route.Table && known.Prefix == route.Prefix && known.Priority == route.Priority);
        }

        var changed = false;
        foreach (var hop in route.NextHops)
        {
            var routes = EntryOf(hop.LinkIndex).Routes;
            if (routes.TryGetValue(route.Key, out var known) ? !Same(known, route) : routes.Count < MaxRoutes)
            {
                routes[route.Key] = route;
                changed |= Changed(hop.LinkIndex);
            }
        }

        return changed;
    }

    private static bool Same(RouteMessage a, RouteMessage b) =>
        a.NextHops.SequenceEqual(b.NextHops) && a with { NextHops = [] } == b with { NextHops = [] };

    // It lies at each interface it leads through, and what's told of its end may name fewer of them.
    private bool RemoveRoute(RouteMessage route)
    {
        var changed = false;
        foreach (var hop in route.NextHops)
        {
            if (!_entries.TryGetValue(hop.LinkIndex, out var entry) || !entry.Routes.TryGetValue(route.Key, out var known))
            {
                continue;
            }

            foreach (var other in known.NextHops)
            {
                changed |= _entries.TryGetValue(other.LinkIndex, out var holder) && holder.Routes.Remove(route.Key) && Changed(other.LinkIndex);
            }
        }

        return changed;
    }

    private bool RemoveRoutes(Func<RouteMessage, bool> match)
    {
        var changed = false;
        foreach (var (index, entry) in _entries)
        {
            foreach (var route in entry.Routes.Values.Where(match).ToList())
            {
                entry.Routes.Remove(route.Key);
                changed |= Changed(index);
            }
        }

        return changed;
    }

    private void SetNeighbour(NeighbourMessage neighbour)
    {
        Seen(NetlinkTable.Neighbours, (neighbour.LinkIndex, neighbour.Address));
        var neighbours = EntryOf(neighbour.LinkIndex).Neighbours;
        if (neighbours.TryGetValue(neighbour.Address, out var known) ? known != neighbour : neighbours.Count < MaxNeighbours)
        {
            neighbours[neighbour.Address] = neighbour;
            Changed(neighbour.LinkIndex);
        }
    }

    private bool Sweep(NetlinkTable table)
    {
        if (!_dumps.Remove(table, out var seen))
        {
            return false;
        }

        var changed = false;
        foreach (var (index, entry) in _entries.ToList())
        {
            switch (table)
            {
                case NetlinkTable.Links when entry.Link is not null && !seen.Contains(index):
                    changed |= RemoveLink(index);
                    break;
                case NetlinkTable.Addresses when entry.Addresses.RemoveWhere(
                        a => !seen.Contains(new AddressMessage(index, a.Address, a.PrefixLength))) > 0:
                    changed |= Changed(index);
                    break;
                case NetlinkTable.Neighbours:
                    foreach (var address in entry.Neighbours.Keys.Where(a => !seen.Contains((index, a))).ToList())
                    {
                        entry.Neighbours.Remove(address);
                        Changed(index);
                    }

                    break;
            }
        }

        return table switch
        {
            NetlinkTable.Routes => RemoveRoutes(route => !seen.Contains(route.Key)),
            NetlinkTable.RoutesIPv4 => RemoveRoutes(route => !route.IsIPv6 && !seen.Contains(route.Key)),
            _ => changed,
        };
    }

    private void Seen(NetlinkTable table, object key)
    {
        if (_dumps.TryGetValue(table, out var seen))
        {
            seen.Add(key);
        }
    }

    private Entry EntryOf(int index)
    {
        if (!_entries.TryGetValue(index, out var entry))
        {
            _entries[index] = entry = new Entry();
        }

        return entry;
    }

    private bool Changed(int index)
    {
        _changed.Add(index);
        return true;
    }
}
