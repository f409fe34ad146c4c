namespace Akka.Cluster.Membership;

/// <summary>Where a gossip that arrived stands to ours.</summary>
internal enum GossipOutcome
{
    Same,
    Older,
    Newer,
    Merged,
}

/// <summary>A gossip received, taken into our own.</summary>
/// <param name="Gossip">What we know now; seen by us.</param>
/// <param name="AnswerSender">Whether the sender lacks something that we have.</param>
internal sealed record GossipReceived(Gossip Gossip, GossipOutcome Outcome, bool AnswerSender)
{
    public static GossipReceived Take(Gossip local, Gossip remote, UniqueAddress self, UniqueAddress from)
    {
        var (ours, theirs) = (local.PrunedBy(remote), remote.PrunedBy(local));
        var (gossip, outcome, answer) = theirs.Version.CompareTo(ours.Version) switch
        {
            VectorClock.Ordering.Same => (ours.MergeSeen(theirs), GossipOutcome.Same, !theirs.SeenBy(self)),
            VectorClock.Ordering.Before => (ours, GossipOutcome.Older, true),
            VectorClock.Ordering.After => (theirs, GossipOutcome.Newer, !theirs.SeenBy(self)),
            _ => (ours.Merge(theirs), GossipOutcome.Merged, true),
        };

        // An answer would only be news to a sender that is still told about.
        return new GossipReceived(gossip.WithSeen(self), outcome, answer && gossip.Has(from));
    }
}
