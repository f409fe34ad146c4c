using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster;

/// <summary>A node of the cluster as the gossip knows it. Equal by <see cref="UniqueAddress"/>, ordered by address.</summary>
public class Member : IComparable<Member>, IComparable
{
    /// <summary>Up number of a member that has not been moved to Up yet: younger than every member that has.</summary>
    internal const int NoUpNumber = int.MaxValue;

    public static readonly IComparer<Address> AddressOrdering = Comparer<Address>.Create(CompareAddresses);

    public static readonly IComparer<Member> AgeOrdering = Comparer<Member>.Create(CompareAges);

    private static readonly ImmutableDictionary<MemberStatus, MemberStatus[]> Transitions =
        new Dictionary<MemberStatus, MemberStatus[]>
        {
            [MemberStatus.Joining] = [MemberStatus.WeaklyUp, MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
            [MemberStatus.WeaklyUp] = [MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
            [MemberStatus.Up] = [MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
            [MemberStatus.Leaving] = [MemberStatus.Exiting, MemberStatus.Down, MemberStatus.Removed],
            [MemberStatus.Exiting] = [MemberStatus.Removed, MemberStatus.Down],
            [MemberStatus.Down] = [MemberStatus.Removed],
            [MemberStatus.Removed] = [],
        }.ToImmutableDictionary();

    private Member(UniqueAddress uniqueAddress, int upNumber, MemberStatus status, ImmutableHashSet<string> roles)
    {
        UniqueAddress = uniqueAddress;
        UpNumber = upNumber;
        Status = status;
        Roles = roles;
    }

    internal static Member Create(UniqueAddress uniqueAddress, int upNumber, MemberStatus status, ImmutableHashSet<string> roles) =>
        new(uniqueAddress, upNumber, status, roles);

    internal static Member Joining(UniqueAddress uniqueAddress, ImmutableHashSet<string> roles) =>
        new(uniqueAddress, NoUpNumber, MemberStatus.Joining, roles);

    /// <summary>A member nobody knows (any more): what <see cref="Cluster.SelfMember"/> is before joining and after removal.</summary>
    internal static Member Removed(UniqueAddress uniqueAddress, ImmutableHashSet<string> roles) =>
        new(uniqueAddress, NoUpNumber, MemberStatus.Removed, roles);

    public UniqueAddress UniqueAddress { get; }

    public Address Address => UniqueAddress.Address;

    public MemberStatus Status { get; }

    public ImmutableHashSet<string> Roles { get; }

    internal int UpNumber { get; }

    public bool HasRole(string role) => Roles.Contains(role);

    public bool IsOlderThan(Member other) => CompareAges(this, other) < 0;

    /// <summary>This member in another status.</summary>
    /// <exception cref="InvalidOperationException">The life of a member has no such step.</exception>
    public Member Copy(MemberStatus status)
    {
        if (status == Status)
        {
            return this;
        }

        return Transitions[Status].Contains(status)
            ? new Member(UniqueAddress, UpNumber, status, Roles)
            : throw new InvalidOperationException($"Invalid member status transition [{this}] -> [{status}]");
    }

    /// <summary>This member as Up, the <paramref name="upNumber"/>th to get there.</summary>
    public Member CopyUp(int upNumber) => new(UniqueAddress, upNumber, Copy(MemberStatus.Up).Status, Roles);

    public int CompareTo(Member? other) => other is null ? 1 : UniqueAddress.CompareTo(other.UniqueAddress);

    int IComparable.CompareTo(object? obj) => obj is Member other
        ? CompareTo(other)
        : throw new ArgumentException($"Cannot compare a Member to [{obj?.GetType()}]", nameof(obj));

    public override bool Equals(object? obj) => obj is Member other && UniqueAddress.Equals(other.UniqueAddress);

    public override int GetHashCode() => UniqueAddress.GetHashCode();

    public override string ToString() =>
        $"Member(address = {Address}, Uid={UniqueAddress.Uid}, status = {Status}, role=[{string.Join(",", Roles)}], upNumber={UpNumber})";

    /// <summary>Of two views of one member the one further in its life: what a merge of gossips keeps.</summary>
    public static Member HighestPriorityOf(Member m1, Member m2)
    {
        if (m1.Status == m2.Status)
        {
            return m1.UpNumber <= m2.UpNumber ? m1 : m2;
        }

        return Priority(m1.Status) >= Priority(m2.Status) ? m1 : m2;
    }

    /// <summary>The members of two views merged. A member that only one view has and that is on its way out there has been
    /// removed in the other, and is left out.</summary>
    public static ImmutableHashSet<Member> PickHighestPriority(IEnumerable<Member> a, IEnumerable<Member> b)
    {
        var picked = ImmutableHashSet.CreateBuilder<Member>();
        foreach (var views in a.Concat(b).GroupBy(m => m.UniqueAddress))
        {
            var seen = views.ToArray();
            if (seen.Length > 1)
            {
                picked.Add(seen.Aggregate(HighestPriorityOf));
            }
            else if (seen[0].Status is not (MemberStatus.Down or MemberStatus.Exiting))
            {
                picked.Add(seen[0]);
            }
        }

        return picked.ToImmutable();
    }

    private static int Priority(MemberStatus status) => status switch
    {
        MemberStatus.Joining => 0,
        MemberStatus.WeaklyUp => 1,
        MemberStatus.Up => 2,
        MemberStatus.Leaving => 3,
        MemberStatus.Exiting => 4,
        MemberStatus.Down => 5,
        MemberStatus.Removed => 6,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    private static int CompareAddresses(Address? a, Address? b)
    {
        if (ReferenceEquals(a, b))
        {
            return 0;
        }

        if (a is null || b is null)
        {
            return a is null ? -1 : 1;
        }

        var byHost = string.CompareOrdinal(a.Host ?? "", b.Host ?? "");
        return byHost != 0 ? byHost : (a.Port ?? 0).CompareTo(b.Port ?? 0);
    }

    private static int CompareAges(Member? a, Member? b)
    {
        if (a is null || b is null)
        {
            return Comparer<object>.Default.Compare(a, b);
        }

        var byUpNumber = a.UpNumber.CompareTo(b.UpNumber);
        return byUpNumber != 0 ? byUpNumber : a.CompareTo(b);
    }
}
