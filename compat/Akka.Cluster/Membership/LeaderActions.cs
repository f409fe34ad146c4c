using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>How many members must have joined before the leader moves any of them to Up.</summary>
internal sealed record JoinThreshold(int Members, ImmutableDictionary<string, int> MembersOfRole)
{
    public bool IsReachedBy(IReadOnlyCollection<Member> members) =>
        members.Count >= Members && MembersOfRole.All(r => members.Count(m => m.HasRole(r.Key)) >= r.Value);
}

/// <summary>What the leader does to the members: pure, from a gossip to the next.</summary>
internal static class LeaderActions
{
    /// <summary>The steps taken when all have seen the same: Joining and WeaklyUp to Up, Leaving to Exiting, and out with the
    /// members that are unreachable and down or exiting, and with those that have confirmed their exit.</summary>
    public static Gossip OnConvergence(MembershipView view, JoinThreshold threshold, IReadOnlySet<UniqueAddress> exitConfirmed)
    {
        var gossip = view.Gossip;
        var removed = gossip.Members
            .Where(m => (m.Status is MemberStatus.Down or MemberStatus.Exiting && !view.Reachability.IsReachable(m.UniqueAddress))
                || (m.Status == MemberStatus.Exiting && exitConfirmed.Contains(m.UniqueAddress)))
            .Select(m => m.UniqueAddress)
            .ToHashSet();

        var staying = gossip.Members.Where(m => m.Status is not (MemberStatus.Down or MemberStatus.Exiting)).ToArray();
        var enough = threshold.IsReachedBy(staying);
        var upNumber = gossip.Members.Where(m => m.UpNumber != Member.NoUpNumber).Select(m => m.UpNumber).DefaultIfEmpty(0).Max();
        var changed = new List<Member>();
        foreach (var member in gossip.Members)
        {
            if (member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp && enough)
            {
                changed.Add(member.CopyUp(++upNumber));
            }
            else if (member.Status == MemberStatus.Leaving)
            {
                changed.Add(member.Copy(MemberStatus.Exiting));
            }
        }

        if (changed.Count > 0)
        {
            gossip = gossip.Changed(view.Self, members: gossip.Replace(changed));
        }

        return removed.Count > 0 ? gossip.Remove(removed, view.Self) : gossip;
    }

    /// <summary>What may be done while somebody is unreachable: members that wait to join take part as WeaklyUp.</summary>
    public static Gossip WithoutConvergence(MembershipView view, JoinThreshold threshold)
    {
        var gossip = view.Gossip;
        var staying = gossip.Members.Where(m => m.Status is not (MemberStatus.Down or MemberStatus.Exiting)).ToArray();
        if (view.Reachability.IsAllReachable || !threshold.IsReachedBy(staying))
        {
            return gossip;
        }

        var changed = gossip.Members
            .Where(m => m.Status == MemberStatus.Joining && view.Reachability.IsReachable(m.UniqueAddress))
            .Select(m => m.Copy(MemberStatus.WeaklyUp))
            .ToArray();
        return changed.Length == 0 ? gossip : gossip.Changed(view.Self, members: gossip.Replace(changed));
    }
}
