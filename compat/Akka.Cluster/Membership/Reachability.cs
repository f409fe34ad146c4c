using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

internal enum ReachabilityStatus
{
    Unreachable = 1,

    /// <summary>Seen to be gone for good: nothing brings it back.</summary>
    Terminated = 2,
}

/// <summary>One node's word that another does not answer.</summary>
internal sealed record ReachabilityRecord(UniqueAddress Observer, UniqueAddress Subject, ReachabilityStatus Status);

/// <summary>Who finds whom unreachable. Every observer numbers its own changes, so that of two views of what it observes
/// the later one wins.</summary>
internal sealed class Reachability
{
    public static readonly Reachability Empty = new([], ImmutableDictionary<UniqueAddress, long>.Empty);

    public Reachability(ImmutableList<ReachabilityRecord> records, ImmutableDictionary<UniqueAddress, long> versions)
    {
        Records = records;
        Versions = versions;
    }

    public ImmutableList<ReachabilityRecord> Records { get; }

    public ImmutableDictionary<UniqueAddress, long> Versions { get; }

    public bool IsAllReachable => Records.IsEmpty;

    public IEnumerable<UniqueAddress> AllUnreachable => Records.Select(r => r.Subject).Distinct();

    public Reachability Unreachable(UniqueAddress observer, UniqueAddress subject) => Change(observer, subject, ReachabilityStatus.Unreachable);

    public Reachability Reachable(UniqueAddress observer, UniqueAddress subject) => Change(observer, subject, null);

    public Reachability Terminated(UniqueAddress observer, UniqueAddress subject) => Change(observer, subject, ReachabilityStatus.Terminated);

    public bool IsReachable(UniqueAddress subject) => Records.All(r => r.Subject != subject);

    public bool IsReachable(UniqueAddress observer, UniqueAddress subject) => Find(observer, subject) is null;

    public IEnumerable<UniqueAddress> AllUnreachableFrom(UniqueAddress observer) =>
        Records.Where(r => r.Observer == observer).Select(r => r.Subject);

    /// <summary>Forgets nodes, both as observers and as subjects.</summary>
    public Reachability Remove(IReadOnlySet<UniqueAddress> nodes) => nodes.Count == 0
        ? this
        : new Reachability(
            Records.RemoveAll(r => nodes.Contains(r.Observer) || nodes.Contains(r.Subject)),
            Versions.RemoveRange(nodes));

    public Reachability Where(Func<ReachabilityRecord, bool> keep) => new(Records.RemoveAll(r => !keep(r)), Versions);

    /// <summary>Of each allowed observer the later view.</summary>
    public Reachability Merge(IReadOnlySet<UniqueAddress> allowed, Reachability other)
    {
        var records = ImmutableList.CreateBuilder<ReachabilityRecord>();
        var versions = ImmutableDictionary.CreateBuilder<UniqueAddress, long>();
        foreach (var observer in allowed)
        {
            var (own, others) = (Versions.GetValueOrDefault(observer), other.Versions.GetValueOrDefault(observer));
            var later = others > own ? other : this;
            records.AddRange(later.Records.Where(r => r.Observer == observer && allowed.Contains(r.Subject)));
            if (Math.Max(own, others) > 0)
            {
                versions[observer] = Math.Max(own, others);
            }
        }

        return new Reachability(records.ToImmutable(), versions.ToImmutable());
    }

    public override string ToString() => string.Join(", ", Records.Select(r => $"{r.Observer.Address} -> {r.Subject.Address}: {r.Status}"));

    private ReachabilityRecord? Find(UniqueAddress observer, UniqueAddress subject) =>
        Records.Find(r => r.Observer == observer && r.Subject == subject);

    private Reachability Change(UniqueAddress observer, UniqueAddress subject, ReachabilityStatus? status)
    {
        var known = Find(observer, subject);
        if (known?.Status == status || known?.Status == ReachabilityStatus.Terminated)
        {
            return this;
        }

        var records = known is null ? Records : Records.Remove(known);
        return new Reachability(
            status is null ? records : records.Add(new ReachabilityRecord(observer, subject, status.Value)),
            Versions.SetItem(observer, Versions.GetValueOrDefault(observer) + 1));
    }
}
