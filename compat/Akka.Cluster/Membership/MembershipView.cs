using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Membership;

/// <summary>One node's view of a gossip: who leads, and whether all have seen the same.</summary>
internal sealed class MembershipView
{
    public MembershipView(Gossip gossip, UniqueAddress self)
    {
        Gossip = gossip;
        Self = self;

        // What a node says that is itself down counts no longer, and nobody else knows better than a node whether it lives.
        var down = gossip.Members.Where(m => m.Status == MemberStatus.Down).Select(m => m.UniqueAddress).ToHashSet();
        Reachability = gossip.Reachability.Where(r => !down.Contains(r.Observer) && r.Subject != self);
    }

    public Gossip Gossip { get; }

    public UniqueAddress Self { get; }

    /// <summary>Who is unreachable to somebody whose word counts.</summary>
    public Reachability Reachability { get; }

    /// <summary>This view as users see it.</summary>
    public ClusterEvent.CurrentClusterState State => field ??= MembershipDiff.State(this);

    public Member? SelfMember => Gossip.Find(Self);

    public UniqueAddress? Leader => LeaderOf(Gossip.Members);

    public bool IsLeader => Leader == Self;

    public IEnumerable<Member> Unreachable => Gossip.Members.Where(m => !Reachability.IsReachable(m.UniqueAddress));

    public UniqueAddress? RoleLeader(string role) => LeaderOf(Gossip.Members.Where(m => m.HasRole(role)));

    /// <summary>Whether everyone who matters has seen this version, and nobody is unreachable but those on their way out.
    /// Members that have confirmed their exit count no longer.</summary>
    public bool IsConverged(IReadOnlySet<UniqueAddress> exitConfirmed)
    {
        foreach (var member in Gossip.Members)
        {
            if (exitConfirmed.Contains(member.UniqueAddress))
            {
                continue;
            }

            if (!Reachability.IsReachable(member.UniqueAddress) && member.Status is not (MemberStatus.Down or MemberStatus.Exiting))
            {
                return false;
            }

            if (member.Status is MemberStatus.Up or MemberStatus.Leaving && !Gossip.SeenBy(member.UniqueAddress))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whom gossip may go to: reachable from here and not on its way out, unless it hasn't heard yet.</summary>
    public bool MayGossipTo(UniqueAddress node) => node != Self && Gossip.Has(node) && Gossip.Reachability.IsReachable(Self, node);

    private UniqueAddress? LeaderOf(IEnumerable<Member> members)
    {
        var candidates = members
            .Where(m => m.Status != MemberStatus.Down && (m.UniqueAddress == Self || Reachability.IsReachable(m.UniqueAddress)))
            .ToArray();
        var leader = candidates.FirstOrDefault(m => m.Status is MemberStatus.Up or MemberStatus.Leaving)
            ?? candidates.OrderBy(LeaderPreference).ThenBy(m => m).FirstOrDefault();
        return leader?.UniqueAddress;
    }

    private static int LeaderPreference(Member member) => member.Status switch
    {
        MemberStatus.Exiting => 2,
        MemberStatus.Joining or MemberStatus.WeaklyUp => 1,
        _ => 0,
    };
}
