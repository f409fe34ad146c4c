using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;

namespace Agent.Node.Topology;

/// <summary>
/// All the probes found out about this host, at one moment. Immutable: the graph is a function of it, so it doesn't
/// matter in which order things appeared or vanished.
/// </summary>
internal sealed record HostFacts
{
    public HostFacts(string host, NamespaceId own)
    {
        Host = host;
        Own = own;
        Namespaces = ImmutableDictionary<NamespaceId, NamespaceContents>.Empty.Add(own, NamespaceContents.Empty);
    }

    /// <summary>This host's name.</summary>
    public string Host { get; }

    /// <summary>The agent's own namespace: its interfaces are the host's.</summary>
    public NamespaceId Own { get; }

    /// <summary>Metadata of the host's node beyond its name: flat, dotted keys.</summary>
    public ImmutableSortedDictionary<string, string> HostMetadata { get; init; } = OvsTables.NoMap;

    public ImmutableDictionary<NamespaceId, NamespaceContents> Namespaces { get; init; }

    /// <summary>Open vSwitch's database, or what it was when it was last heard; empty where it never ran.</summary>
    public OvsTables Ovs { get; init; } = OvsTables.Empty;

    /// <summary>Probes that can't look at the moment, by name, and why: what they'd see is missing or old.</summary>
    public ImmutableSortedDictionary<string, string> ProbeErrors { get; init; } = OvsTables.NoMap;

    /// <summary>Paths of capture files that are analysed.</summary>
    public ImmutableArray<string> CaptureFiles { get; init; } = [];

    /// <summary>By node id.</summary>
    public ImmutableDictionary<string, ImmutableArray<CaptureState>> Captures { get; init; } =
        ImmutableDictionary<string, ImmutableArray<CaptureState>>.Empty;

    public HostFacts WithNamespace(NamedNamespace space) => this with
    {
        Namespaces = Namespaces.SetItem(space.Id, (Namespaces.GetValueOrDefault(space.Id) ?? NamespaceContents.Empty) with { Named = space }),
    };

    /// <param name="probe">Its name.</param>
    /// <param name="error">Why it can't look; null: it can.</param>
    public HostFacts WithProbe(string probe, string? error) => this with
    {
        ProbeErrors = error is null ? ProbeErrors.Remove(probe) : ProbeErrors.SetItem(probe, error),
    };

    public HostFacts WithoutNamespace(NamespaceId id) => id == Own ? this : this with { Namespaces = Namespaces.Remove(id) };

    /// <summary>Takes what netlink told of a namespace; what comes late, of one that's gone, is ignored.</summary>
    /// <param name="id">The namespace.</param>
    /// <param name="changes">Since the last time.</param>
    /// <param name="now">Unix milliseconds.</param>
    public HostFacts WithInterfaces(NamespaceId id, InterfaceChanges changes, long now) => Change(id, space =>
    {
        var interfaces = (changes.IsAll ? space.Interfaces.Clear() : space.Interfaces).ToBuilder();
        foreach (var gone in changes.Gone)
        {
            interfaces.Remove(gone);
        }

        foreach (var facts in changes.Set)
        {
            var before = space.Interfaces.GetValueOrDefault(facts.Link.Index)?.Counters;
            interfaces[facts.Link.Index] = new InterfaceEntry(facts, InterfaceCounters.Next(before, facts.Link.Statistics, now));
        }

        return space with { Interfaces = interfaces.ToImmutable() };
    });

    /// <summary>Takes the numbers by which a namespace knows others.</summary>
    public HostFacts WithNumbers(NamespaceId id, ImmutableDictionary<int, NamespaceId> numbers) =>
        Change(id, space => space with { Numbers = numbers });

    public HostFacts WithCaptures(string node, ImmutableArray<CaptureState> captures) => this with
    {
        Captures = captures.IsEmpty ? Captures.Remove(node) : Captures.SetItem(node, captures),
    };

    private HostFacts Change(NamespaceId id, Func<NamespaceContents, NamespaceContents> change) =>
        Namespaces.TryGetValue(id, out var space) ? this with { Namespaces = Namespaces.SetItem(id, change(space)) } : this;
}

/// <summary>A network namespace and what is in it.</summary>
internal sealed record NamespaceContents
{
    public static readonly NamespaceContents Empty = new();

    /// <summary>Its name; null for the agent's own.</summary>
    public NamedNamespace? Named { get; init; }

    /// <summary>By interface index.</summary>
    public ImmutableSortedDictionary<int, InterfaceEntry> Interfaces { get; init; } = ImmutableSortedDictionary<int, InterfaceEntry>.Empty;

    /// <summary>Other namespaces, by the number this one has for them.</summary>
    public ImmutableDictionary<int, NamespaceId> Numbers { get; init; } = ImmutableDictionary<int, NamespaceId>.Empty;
}

internal sealed record InterfaceEntry(InterfaceFacts Facts, InterfaceCounters Counters);

/// <summary>An interface's counters, and how far they went since they were last looked at.</summary>
/// <param name="Total">Since the interface was made.</param>
/// <param name="Update">Between the two last looks that differed.</param>
/// <param name="Start">Unix milliseconds of the earlier of these looks.</param>
/// <param name="Last">Of the later one.</param>
internal sealed record InterfaceCounters(LinkStatistics Total, LinkStatistics Update, long Start, long Last)
{
    public static InterfaceCounters Next(InterfaceCounters? before, LinkStatistics now, long at)
    {
        if (before is null)
        {
            return new InterfaceCounters(now, default, at, at);
        }

        return before.Total == now ? before : new InterfaceCounters(now, now - before.Total, before.Last, at);
    }
}
