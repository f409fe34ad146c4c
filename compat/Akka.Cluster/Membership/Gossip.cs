using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>What a node knows of the cluster, and what nodes tell each other: the members, who has seen exactly this
/// version, and who finds whom unreachable.</summary>
internal sealed class Gossip
{
    public static readonly Gossip Empty =
        new(ImmutableSortedSet<Member>.Empty, ImmutableHashSet<UniqueAddress>.Empty, Reachability.Empty, VectorClock.Create());

    public Gossip(ImmutableSortedSet<Member> members, ImmutableHashSet<UniqueAddress> seen, Reachability reachability, VectorClock version)
    {
        Members = members;
        Seen = seen;
        Reachability = reachability;
        Version = version;
    }

    public ImmutableSortedSet<Member> Members { get; }

    public ImmutableHashSet<UniqueAddress> Seen { get; }

    public Reachability Reachability { get; }

    public VectorClock Version { get; }

    public static VectorClock.Node ClockNode(UniqueAddress node) => VectorClock.Node.Create($"{node.Address}-{node.Uid}");

    public Member? Find(UniqueAddress node) => Members.FirstOrDefault(m => m.UniqueAddress == node);

    public bool Has(UniqueAddress node) => Find(node) is not null;

    public bool SeenBy(UniqueAddress node) => Seen.Contains(node);

    /// <summary>A change by <paramref name="by"/>: a new version that only it has seen.</summary>
    public Gossip Changed(UniqueAddress by, ImmutableSortedSet<Member>? members = null, Reachability? reachability = null) =>
        new(members ?? Members, [by], reachability ?? Reachability, Version.Increment(ClockNode(by)));

    public Gossip WithSeen(UniqueAddress node) => Seen.Contains(node) ? this : new Gossip(Members, Seen.Add(node), Reachability, Version);

    public Gossip MergeSeen(Gossip that) => that.Seen.IsSubsetOf(Seen) ? this : new Gossip(Members, Seen.Union(that.Seen), Reachability, Version);

    /// <summary>The members, some of them replaced by a later view of themselves.</summary>
    public ImmutableSortedSet<Member> Replace(IEnumerable<Member> changed)
    {
        var later = changed.ToArray();
        return Members.Except(later).Union(later);
    }

    /// <summary>Removes members for good: from the members, the reachability and the clock.</summary>
    public Gossip Remove(IReadOnlySet<UniqueAddress> nodes, UniqueAddress by)
    {
        var version = nodes.Aggregate(Version, (clock, node) => clock.Prune(ClockNode(node)));
        return new Gossip(
            Members.Where(m => !nodes.Contains(m.UniqueAddress)).ToImmutableSortedSet(),
            [by],
            Reachability.Remove(nodes),
            version.Increment(ClockNode(by)));
    }

    /// <summary>Takes the clock entries out of members that are on their way out here and gone in <paramref name="other"/>:
    /// with them in, a version that follows this one would look unrelated to it.</summary>
    public Gossip PrunedBy(Gossip other)
    {
        var version = Members
            .Where(m => m.Status is MemberStatus.Down or MemberStatus.Exiting && !other.Has(m.UniqueAddress))
            .Aggregate(Version, (clock, m) => clock.Prune(ClockNode(m.UniqueAddress)));
        return ReferenceEquals(version, Version) ? this : new Gossip(Members, Seen, Reachability, version);
    }

    /// <summary>Two versions that happened apart, made one. Nobody has seen it yet.</summary>
    public Gossip Merge(Gossip that)
    {
        var members = Member.PickHighestPriority(Members, that.Members).ToImmutableSortedSet();
        var nodes = members.Select(m => m.UniqueAddress).ToHashSet();
        return new Gossip(members, [], Reachability.Merge(nodes, that.Reachability), Version.Merge(that.Version));
    }

    public override string ToString() =>
        $"Gossip(members = [{string.Join(", ", Members)}], seen = [{string.Join(", ", Seen.Select(s => s.Address))}], unreachable = [{Reachability}], version = {Version})";
}
