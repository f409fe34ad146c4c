using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>The gossip itself: taking it in, passing it on, leading, and what follows for this node.</summary>
internal sealed partial class ClusterCoreDaemon
{
    /// <summary>A change is pushed to so many nodes that haven't seen it at once; more learn by and by.</summary>
    private const int PushTo = 10;

    private DateTime? _firstWithoutConvergence;

    private void OnGossip(GossipEnvelope m)
    {
        if (m.To != _self || !m.Gossip.Has(_self) || !Gossip.Has(m.From) || !Gossip.Reachability.IsReachable(_self, m.From))
        {
            _log.Debug("Ignoring gossip from [{0}] to [{1}]", m.From, m.To);
            return;
        }

        var received = GossipReceived.Take(Gossip, m.Gossip, _self, m.From);
        Update(received.Gossip, push: received.Outcome == GossipOutcome.Merged);
        if (received.AnswerSender)
        {
            SendGossip(m.From);
        }
    }

    private void OnGossipStatus(GossipStatus m)
    {
        if (!Gossip.Has(m.From) || !Gossip.Reachability.IsReachable(_self, m.From))
        {
            return;
        }

        switch (m.Version.CompareTo(Gossip.Version))
        {
            case VectorClock.Ordering.Same:
                break;
            case VectorClock.Ordering.After:
                SendStatus(m.From);
                break;
            default:
                SendGossip(m.From);
                break;
        }
    }

    /// <summary>To a node that hasn't seen this version, mostly; to any other so that lost messages do no harm.</summary>
    private void GossipToOne()
    {
        var peers = Gossip.Members.Select(m => m.UniqueAddress).Where(_view.MayGossipTo).ToArray();
        if (peers.Length == 0)
        {
            return;
        }

        var unseen = peers.Where(p => !Gossip.SeenBy(p)).ToArray();
        var preferUnseen = peers.Length >= Settings.ReduceGossipDifferentViewProbability
            ? Settings.GossipDifferentViewProbability / 2
            : Settings.GossipDifferentViewProbability;
        var candidates = unseen.Length > 0 && Random.Shared.NextDouble() < preferUnseen ? unseen : peers;
        var peer = candidates[Random.Shared.Next(candidates.Length)];
        if (Gossip.SeenBy(peer))
        {
            SendStatus(peer);
        }
        else
        {
            SendGossip(peer);
        }
    }

    private void PushToUnseen()
    {
        var unseen = Gossip.Members.Select(m => m.UniqueAddress).Where(node => _view.MayGossipTo(node) && !Gossip.SeenBy(node)).ToArray();
        if (unseen.Length > PushTo)
        {
            Random.Shared.Shuffle(unseen);
        }

        foreach (var node in unseen.Take(PushTo))
        {
            SendGossip(node);
        }
    }

    private void SendGossip(UniqueAddress to) => Context.ActorSelection(PathAt(to.Address)).Tell(new GossipEnvelope(_self, to, Gossip));

    private void SendStatus(UniqueAddress to) => Context.ActorSelection(PathAt(to.Address)).Tell(new GossipStatus(_self, Gossip.Version));

    private void Lead()
    {
        if (!_view.IsLeader)
        {
            _firstWithoutConvergence = null;
            return;
        }

        if (_view.IsConverged(_exitConfirmed))
        {
            _firstWithoutConvergence = null;
            var next = LeaderActions.OnConvergence(_view, Settings.JoinThreshold, _exitConfirmed);
            LogLeaderActions(next);
            Update(next);
            return;
        }

        _firstWithoutConvergence ??= DateTime.UtcNow;
        if (Settings.AllowWeaklyUpMembers && DateTime.UtcNow - _firstWithoutConvergence >= Settings.WeaklyUpAfter)
        {
            var next = LeaderActions.WithoutConvergence(_view, Settings.JoinThreshold);
            LogLeaderActions(next);
            Update(next);
        }
    }

    private void LogLeaderActions(Gossip next)
    {
        foreach (var member in next.Members.Where(m => Gossip.Find(m.UniqueAddress)?.Status != m.Status))
        {
            _cluster.LogInfo("Cluster Node [{0}] - Leader is moving node [{1}] to [{2}]", _self.Address, member.Address, member.Status);
        }

        foreach (var member in Gossip.Members.Where(m => !next.Has(m.UniqueAddress)))
        {
            _cluster.LogInfo("Cluster Node [{0}] - Leader is removing {1} node [{2}]", _self.Address, member.Status, member.Address);
        }
    }

    /// <summary>Writes down what the failure detector finds, both ways.</summary>
    private void ReapUnreachable()
    {
        var reachability = Gossip.Reachability;
        foreach (var member in Gossip.Members.Where(m => m.UniqueAddress != _self))
        {
            if (_cluster.FailureDetector.IsAvailable(member.Address))
            {
                reachability = reachability.Reachable(_self, member.UniqueAddress);
            }
            else if (reachability.IsReachable(_self, member.UniqueAddress))
            {
                _log.Warning("Cluster Node [{0}] - Marking node as UNREACHABLE [{1}].", _self.Address, member);
                reachability = reachability.Unreachable(_self, member.UniqueAddress);
            }
        }

        if (!ReferenceEquals(reachability, Gossip.Reachability))
        {
            foreach (var back in Gossip.Members.Where(m =>
                !Gossip.Reachability.IsReachable(_self, m.UniqueAddress) && reachability.IsReachable(_self, m.UniqueAddress)))
            {
                _cluster.LogInfo("Cluster Node [{0}] - Marking node as REACHABLE [{1}].", _self.Address, back);
            }

            Update(Gossip.Changed(_self, reachability: reachability));
        }
    }

    /// <summary>Takes a gossip as ours, tells whoever needs to know, and draws the consequences for this node.</summary>
    private void Update(Gossip next, bool? push = null)
    {
        var before = Gossip;
        if (ReferenceEquals(before, next))
        {
            return;
        }

        _view = new MembershipView(next, _self);
        foreach (var gone in before.Members.Where(m => !next.Has(m.UniqueAddress)))
        {
            _cluster.FailureDetector.Remove(gone.Address);
            _exitConfirmed = _exitConfirmed.Remove(gone.UniqueAddress);
        }

        var published = new PublishChanges(_view);
        _publisher.Tell(published);
        _heartbeats.Tell(published);
        if (push ?? !next.Version.IsSameAs(before.Version))
        {
            PushToUnseen();
        }

        switch (_view.SelfMember?.Status)
        {
            case MemberStatus.Down:
                OnSelfDown();
                break;
            case MemberStatus.Exiting when !_exiting:
                _exiting = true;
                RunCoordinatedShutdown(CoordinatedShutdown.ClusterLeavingReason.Instance);
                break;
        }
    }

    /// <summary>Declared dead by the others, who have gone on without this node: it must not.</summary>
    private void OnSelfDown()
    {
        _log.Warning("Cluster Node [{0}] - Node has been marked as DOWN. Shutting down myself", _self.Address);
        PushToUnseen();
        if (Settings.RunCoordinatedShutdownWhenDown)
        {
            RunCoordinatedShutdown(CoordinatedShutdown.ClusterDowningReason.Instance);
        }

        _cluster.Shutdown();
    }
}
