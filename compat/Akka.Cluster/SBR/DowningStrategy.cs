using System.Collections.Immutable;

namespace Akka.Cluster.SBR;

/// <summary>Which side of a split goes.</summary>
internal enum DowningDecision
{
    DownUnreachable,
    DownReachable,
    DownAll,
}

/// <summary>A cluster in which some don't reach others, as one side sees it. Members that haven't come up yet have no say,
/// but go with their side.</summary>
internal sealed record Split(UniqueAddress Self, ImmutableSortedSet<Member> Members, ImmutableHashSet<UniqueAddress> Unreachable)
{
    public bool IsUnreachable(Member member) => Unreachable.Contains(member.UniqueAddress);

    /// <summary>Those with a say, and with the role if one is given, oldest first.</summary>
    public IReadOnlyList<Member> Voters(string? role) =>
        [.. Members.Where(m => m.Status is MemberStatus.Up or MemberStatus.Leaving && (role is null || m.HasRole(role))).Order(Member.AgeOrdering)];

    /// <summary>Whom to down for a decision: members of this side last, and oneself the very last.</summary>
    public IReadOnlyList<UniqueAddress> ToDown(DowningDecision decision) =>
    [
        .. Members
            .Where(m => m.Status is not (MemberStatus.Down or MemberStatus.Exiting) || IsUnreachable(m))
            .Where(m => decision switch
            {
                DowningDecision.DownUnreachable => IsUnreachable(m),
                DowningDecision.DownReachable => !IsUnreachable(m),
                _ => true,
            })
            .OrderBy(m => m.UniqueAddress == Self ? 2 : IsUnreachable(m) ? 0 : 1)
            .Select(m => m.UniqueAddress),
    ];
}

/// <summary>The strategies: pure, and so that both sides of a split come to opposite decisions without talking.</summary>
internal abstract record DowningStrategy
{
    public abstract DowningDecision Decide(Split split);

    public static DowningStrategy Create(SplitBrainResolverSettings settings) => settings.DowningStrategy switch
    {
        "keep-majority" => new KeepMajority(settings.KeepMajorityRole),
        "keep-oldest" => new KeepOldest(settings.KeepOldestSettings.DownIfAlone, settings.KeepOldestSettings.Role),
        "static-quorum" => new StaticQuorum(settings.StaticQuorumSettings!.Size, settings.StaticQuorumSettings.Role),
        "down-all" => new DownAll(),
        var other => throw new ArgumentException($"Unknown strategy [{other}]", nameof(settings)),
    };
}

/// <summary>The larger side stays; of two equal ones that with the lowest address.</summary>
internal sealed record KeepMajority(string? Role) : DowningStrategy
{
    public override DowningDecision Decide(Split split)
    {
        var voters = split.Voters(Role);
        var unreachable = voters.Count(split.IsUnreachable);
        var reachable = voters.Count - unreachable;
        if (voters.Count == 0)
        {
            return DowningDecision.DownAll;
        }

        if (reachable != unreachable)
        {
            return reachable > unreachable ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
        }

        return split.IsUnreachable(voters.Min()!) ? DowningDecision.DownReachable : DowningDecision.DownUnreachable;
    }
}

/// <summary>The side with the oldest member stays; unless it is there alone against more, which then rather has crashed or
/// been cut off by itself.</summary>
internal sealed record KeepOldest(bool DownIfAlone, string? Role) : DowningStrategy
{
    public override DowningDecision Decide(Split split)
    {
        var voters = split.Voters(Role);
        if (voters.Count == 0)
        {
            return DowningDecision.DownAll;
        }

        var unreachable = voters.Count(split.IsUnreachable);
        var reachable = voters.Count - unreachable;
        if (!split.IsUnreachable(voters[0]))
        {
            return DownIfAlone && reachable == 1 && unreachable > 1 ? DowningDecision.DownReachable : DowningDecision.DownUnreachable;
        }

        return DownIfAlone && unreachable == 1 ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
    }
}

/// <summary>A side with so many members stays. More than twice as many would let both sides stay, so then all go.</summary>
internal sealed record StaticQuorum(int Size, string? Role) : DowningStrategy
{
    public override DowningDecision Decide(Split split)
    {
        var voters = split.Voters(Role);
        if (voters.Count > (Size * 2) - 1)
        {
            return DowningDecision.DownAll;
        }

        return voters.Count(m => !split.IsUnreachable(m)) >= Size ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
    }
}

/// <summary>Nobody stays: for clusters that are started anew from outside.</summary>
internal sealed record DownAll : DowningStrategy
{
    public override DowningDecision Decide(Split split) => DowningDecision.DownAll;
}
