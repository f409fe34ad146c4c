using System.Collections.Immutable;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Netlink;

/// <summary>Everything netlink says about one interface. An instance is replaced, never changed.</summary>
/// <param name="Link">The link itself.</param>
/// <param name="Driver">By ethtool; empty for none.</param>
/// <param name="Addresses">Sorted: IPv4 first, then by text.</param>
/// <param name="Routes">Those that lead through this interface, sorted by table and prefix.</param>
/// <param name="Neighbours">Sorted by address.</param>
internal sealed record InterfaceFacts(
    LinkMessage Link,
    string Driver,
    ImmutableArray<AddressMessage> Addresses,
    ImmutableArray<RouteMessage> Routes,
    ImmutableArray<NeighbourMessage> Neighbours)
{
    public InterfaceFacts(LinkMessage link)
        : this(link, "", [], [], [])
    {
    }
}

/// <summary>What changed in a namespace since the last look.</summary>
/// <param name="Set">New or changed.</param>
/// <param name="Gone">Their indexes.</param>
internal sealed record InterfaceChanges(ImmutableArray<InterfaceFacts> Set, ImmutableArray<int> Gone)
{
    /// <summary>It was the first look: what isn't among the set isn't there.</summary>
    public bool IsAll { get; init; }

    public bool IsEmpty => !IsAll && Set.IsEmpty && Gone.IsEmpty;
}

/// <summary>Netlink probe -> topology: interfaces of a namespace that changed.</summary>
internal sealed record InterfacesChanged(NamespaceId Namespace, InterfaceChanges Changes);

/// <summary>Netlink probe -> topology: the numbers by which a namespace knows others.</summary>
internal sealed record NumbersChanged(NamespaceId Namespace, ImmutableDictionary<int, NamespaceId> Numbers);
