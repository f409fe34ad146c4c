namespace Akka.Cluster.Tools.Singleton;

/// <summary>Which node has the singleton, by the members alone.</summary>
internal static class SingletonCandidates
{
    /// <summary>The oldest member that is up and stays: the singleton's place.</summary>
    public static Member? Oldest(IEnumerable<Member> members, string? role) => members
        .Where(m => m.Status is MemberStatus.Up or MemberStatus.Leaving && (role is null || m.HasRole(role)))
        .Min(Member.AgeOrdering);

    /// <summary>The oldest of those older than <paramref name="self"/> that are on their way out, but not out yet: they may still
    /// have the singleton.</summary>
    public static Member? MayStillHaveIt(IEnumerable<Member> members, string? role, UniqueAddress self)
    {
        var candidates = members.Where(m => role is null || m.HasRole(role)).ToArray();
        var own = candidates.FirstOrDefault(m => m.UniqueAddress == self);
        return candidates
            .Where(m => m.Status is MemberStatus.Exiting or MemberStatus.Down && own is not null && m.IsOlderThan(own))
            .Min(Member.AgeOrdering);
    }
}
