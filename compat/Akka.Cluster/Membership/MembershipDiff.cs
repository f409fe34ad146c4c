using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Membership;

/// <summary>What happened between two views, as the events subscribers get, in the order they get them.</summary>
internal static class MembershipDiff
{
    public static IReadOnlyList<ClusterEvent.IClusterDomainEvent> Between(MembershipView before, MembershipView after)
    {
        var events = new List<ClusterEvent.IClusterDomainEvent>();
        if (ReferenceEquals(before.Gossip, after.Gossip))
        {
            return events;
        }

        Reachability(before, after, events);
        Members(before, after, events);
        if (before.Leader != after.Leader)
        {
            events.Add(new ClusterEvent.LeaderChanged(after.Leader?.Address));
        }

        foreach (var role in Roles(before).Union(Roles(after)))
        {
            if (before.RoleLeader(role) != after.RoleLeader(role))
            {
                events.Add(new ClusterEvent.RoleLeaderChanged(role, after.RoleLeader(role)?.Address));
            }
        }

        return events;
    }

    public static ClusterEvent.CurrentClusterState State(MembershipView view) => new(
        view.Gossip.Members,
        view.Unreachable.Where(m => m.UniqueAddress != view.Self).ToImmutableHashSet(),
        view.Gossip.Seen.Select(s => s.Address).ToImmutableHashSet(),
        view.Leader?.Address,
        Roles(view).ToImmutableDictionary(role => role, role => view.RoleLeader(role)?.Address));

    /// <summary>The event that says a member is in the status it is in.</summary>
    public static ClusterEvent.IMemberEvent? EventOf(Member member) => member.Status switch
    {
        MemberStatus.Joining => new ClusterEvent.MemberJoined(member),
        MemberStatus.WeaklyUp => new ClusterEvent.MemberWeaklyUp(member),
        MemberStatus.Up => new ClusterEvent.MemberUp(member),
        MemberStatus.Leaving => new ClusterEvent.MemberLeft(member),
        MemberStatus.Exiting => new ClusterEvent.MemberExited(member),
        MemberStatus.Down => new ClusterEvent.MemberDowned(member),
        _ => null,
    };

    private static ImmutableSortedSet<string> Roles(MembershipView view) => view.Gossip.Members.SelectMany(m => m.Roles).ToImmutableSortedSet();

    private static void Reachability(MembershipView before, MembershipView after, List<ClusterEvent.IClusterDomainEvent> events)
    {
        var was = before.Unreachable.Select(m => m.UniqueAddress).ToHashSet();
        var now = after.Unreachable.Where(m => m.UniqueAddress != after.Self).ToArray();
        events.AddRange(now.Where(m => !was.Contains(m.UniqueAddress)).Select(m => new ClusterEvent.UnreachableMember(m)));

        var still = now.Select(m => m.UniqueAddress).ToHashSet();
        events.AddRange(after.Gossip.Members
            .Where(m => m.UniqueAddress != after.Self && was.Contains(m.UniqueAddress) && !still.Contains(m.UniqueAddress))
            .Select(m => new ClusterEvent.ReachableMember(m)));
    }

    private static void Members(MembershipView before, MembershipView after, List<ClusterEvent.IClusterDomainEvent> events)
    {
        foreach (var member in after.Gossip.Members)
        {
            var was = before.Gossip.Find(member.UniqueAddress);
            if ((was is null || was.Status != member.Status || was.UpNumber != member.UpNumber) && EventOf(member) is { } happened)
            {
                events.Add(happened);
            }
        }

        foreach (var member in before.Gossip.Members.Where(m => !after.Gossip.Has(m.UniqueAddress)))
        {
            events.Add(new ClusterEvent.MemberRemoved(Removed(member), member.Status));
        }
    }

    /// <summary>Gossip may skip steps between two looks of ours; removal is the end of any of them.</summary>
    private static Member Removed(Member member) => member.Copy(MemberStatus.Removed);
}
