using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster.Daemon;

/// <summary>Keeps this node's gossip: joins, tells and hears, leads when it is the leader, and takes the node out when it is
/// no longer wanted. The one writer of the gossip; the publisher and the heartbeat sender are told of every change.</summary>
internal sealed partial class ClusterCoreDaemon : ReceiveActor, IWithTimers
{
    /// <summary>How often a node that isn't let in yet asks again.</summary>
    private static readonly TimeSpan JoinInterval = TimeSpan.FromSeconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly IActorRef _publisher;
    private readonly IActorRef _heartbeats;
    private readonly UniqueAddress _self;

    private MembershipView _view;
    private ImmutableHashSet<UniqueAddress> _exitConfirmed = [];
    private ImmutableList<Address> _seedNodes = [];
    private IActorRef? _seedNodeProcess;
    private Address? _joiningTo;
    private bool _exiting;

    public ClusterCoreDaemon(Cluster cluster, IActorRef publisher)
    {
        _cluster = cluster;
        _publisher = publisher;
        _self = cluster.SelfUniqueAddress;
        _view = new MembershipView(Gossip.Empty, _self);
        _heartbeats = Context.ActorOf(HeartbeatSender.Props(cluster), "heartbeatSender");
        if (cluster.DowningProvider.DowningActorProps is { } downing)
        {
            Context.ActorOf(downing, "downingProvider");
        }

        Uninitialized();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private Gossip Gossip => _view.Gossip;

    private ClusterSettings Settings => _cluster.Settings;

    public static Props Props(Cluster cluster, IActorRef publisher) =>
        Actor.Props.Create(() => new ClusterCoreDaemon(cluster, publisher)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    public static ActorPath PathAt(Address address) => new RootActorPath(address) / "system" / "cluster" / "core" / "daemon";

    protected override void PreStart()
    {
        if (Settings.SeedNodes.IsEmpty)
        {
            _cluster.LogInfo("Cluster Node [{0}] - No seed-nodes configured, manual cluster join required", _self.Address);
        }
        else
        {
            Self.Tell(new JoinSeedNodes(Settings.SeedNodes));
        }
    }

    protected override void PreRestart(Exception reason, object message) =>
        throw new InvalidOperationException("The cluster daemon's state can't be rebuilt: it is stopped instead of restarted");

    // Not in a cluster: nobody to gossip with, everything else is looking for one.

    private void Uninitialized()
    {
        Receive<JoinTo>(m => OnJoinTo(m.Address));
        Receive<JoinSeedNodes>(OnJoinSeedNodes);
        Receive<InitJoin>(_ => Sender.Tell(new InitJoinNack(_self.Address)));
        Receive<Tick>(tick => tick.Kind == TickKind.GiveUpJoining, _ => GiveUpJoining());
        Receive<Leave>(m => m.Address.Equals(_self.Address), _ => _cluster.Shutdown());
        Receive<ExitingCompleted>(_ => Sender.Tell(Done.Instance));
        ReceiveAny(m => _log.Debug("Ignored [{0}]: not in a cluster yet", m.GetType().Name));
    }

    // Asked to be let in, and waiting for the welcome.

    private void TryingToJoin()
    {
        Receive<Welcome>(OnWelcome);
        Receive<Tick>(tick => tick.Kind == TickKind.Join, _ => AskToJoin());
        Receive<Tick>(tick => tick.Kind == TickKind.StartOver, _ => StartOver());
        Receive<JoinTo>(m => OnJoinTo(m.Address));
        Receive<JoinSeedNodes>(OnJoinSeedNodes);
        Receive<InitJoin>(_ => Sender.Tell(new InitJoinNack(_self.Address)));
        Receive<Tick>(tick => tick.Kind == TickKind.GiveUpJoining, _ => GiveUpJoining());
        Receive<Leave>(m => m.Address.Equals(_self.Address), _ => _cluster.Shutdown());
        Receive<ExitingCompleted>(_ => Sender.Tell(Done.Instance));
        ReceiveAny(m => _log.Debug("Ignored [{0}]: not in a cluster yet", m.GetType().Name));
    }

    private void OnJoinSeedNodes(JoinSeedNodes m)
    {
        if (m.SeedNodes.IsEmpty)
        {
            return;
        }

        StopSeedNodeProcess();
        _seedNodes = m.SeedNodes;
        if (Settings.ShutdownAfterUnsuccessfulJoinSeedNodes is { } patience && !Timers.IsTimerActive(TickKind.GiveUpJoining))
        {
            Timers.StartSingleTimer(TickKind.GiveUpJoining, Tick.GiveUpJoining, patience);
        }

        if (_seedNodes.All(_self.Address.Equals))
        {
            OnJoinTo(_self.Address);
        }
        else
        {
            _seedNodeProcess = Context.ActorOf(SeedNodeProcess.Props(_cluster, _seedNodes));
        }
    }

    private void OnJoinTo(Address address)
    {
        if (address.Protocol != _self.Address.Protocol || address.System != _self.Address.System)
        {
            _log.Error("Can't join [{0}]: this node is [{1}], protocol and system name must be the same", address, _self.Address);
            return;
        }

        StopSeedNodeProcess();
        if (address.Equals(_self.Address))
        {
            BecomeMember();
            OnJoin(new Join(_self, Settings.Roles));
            return;
        }

        _joiningTo = address;
        Become(TryingToJoin);
        AskToJoin();
        Timers.StartPeriodicTimer(TickKind.Join, Tick.Join, JoinInterval);
        if (Settings.RetryUnsuccessfulJoinAfter is { } patience)
        {
            Timers.StartSingleTimer(TickKind.StartOver, Tick.StartOver, patience);
        }
    }

    private void AskToJoin() => Context.ActorSelection(PathAt(_joiningTo!)).Tell(new Join(_self, Settings.Roles));

    /// <summary>No welcome: the seed nodes may know another node by now.</summary>
    private void StartOver()
    {
        _log.Warning("Trying to join [{0}] has had no answer in {1}, starting over", _joiningTo, Settings.RetryUnsuccessfulJoinAfter);
        StopJoining();
        Become(Uninitialized);
        Self.Tell(_seedNodes.IsEmpty ? new JoinTo(_joiningTo!) : new JoinSeedNodes(_seedNodes));
    }

    private void GiveUpJoining()
    {
        _log.Warning("Joining of seed-nodes [{0}] was unsuccessful after configured shutdown-after-unsuccessful-join-seed-nodes [{1}]. Running CoordinatedShutdown.",
            string.Join(", ", _seedNodes), Settings.ShutdownAfterUnsuccessfulJoinSeedNodes);
        StopSeedNodeProcess();
        RunCoordinatedShutdown(CoordinatedShutdown.ClusterJoinUnsuccessfulReason.Instance);
    }

    private void OnWelcome(Welcome m)
    {
        if (!m.From.Address.Equals(_joiningTo) || !m.Gossip.Has(_self))
        {
            _log.Info("Ignoring welcome from [{0}] when trying to join with [{1}]", m.From.Address, _joiningTo);
            return;
        }

        _cluster.LogInfo("Cluster Node [{0}] - Welcome from [{1}]", _self.Address, m.From.Address);
        BecomeMember();
        Update(m.Gossip.WithSeen(_self));
        SendGossip(m.From);
    }

    private void BecomeMember()
    {
        StopJoining();
        Timers.Cancel(TickKind.GiveUpJoining);
        Become(InCluster);
        var delay = Settings.PeriodicTasksInitialDelay;
        Timers.StartPeriodicTimer(TickKind.Gossip, Tick.Gossip, Min(delay, Settings.GossipInterval), Settings.GossipInterval);
        Timers.StartPeriodicTimer(TickKind.Leader, Tick.Leader, Min(delay, Settings.LeaderActionsInterval), Settings.LeaderActionsInterval);
        Timers.StartPeriodicTimer(TickKind.Reap, Tick.Reap, Min(delay, Settings.UnreachableNodesReaperInterval), Settings.UnreachableNodesReaperInterval);

        static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }

    private void StopJoining()
    {
        Timers.Cancel(TickKind.Join);
        Timers.Cancel(TickKind.StartOver);
    }

    private void StopSeedNodeProcess()
    {
        if (_seedNodeProcess is not null)
        {
            Context.Stop(_seedNodeProcess);
            _seedNodeProcess = null;
        }
    }

    // In a cluster.

    private void InCluster()
    {
        Receive<GossipEnvelope>(OnGossip);
        Receive<GossipStatus>(OnGossipStatus);
        Receive<Tick>(OnTick);
        Receive<InitJoin>(_ => Sender.Tell(new InitJoinAck(_self.Address)));
        Receive<Join>(OnJoin);
        Receive<Leave>(OnLeave);
        Receive<Down>(OnDown);
        Receive<ExitingConfirmed>(OnExitingConfirmed);
        Receive<ExitingCompleted>(_ => OnExitingCompleted());
        Receive<JoinTo>(m => _log.Info("Trying to join [{0}] when already part of a cluster, ignoring", m.Address));
        Receive<JoinSeedNodes>(m => _log.Info("Trying to join seed nodes [{0}] when already part of a cluster, ignoring", string.Join(", ", m.SeedNodes)));
        ReceiveAny(m => _log.Debug("Ignored [{0}]: already in a cluster", m.GetType().Name));
    }

    private void OnTick(Tick tick)
    {
        switch (tick.Kind)
        {
            case TickKind.Gossip:
                GossipToOne();
                break;
            case TickKind.Leader:
                Lead();
                break;
            case TickKind.Reap:
                ReapUnreachable();
                break;
        }
    }

    private void OnJoin(Join m)
    {
        if (_view.SelfMember?.Status is MemberStatus.Down or MemberStatus.Exiting)
        {
            _log.Info("Ignoring join of [{0}]: this node is on its way out", m.Node.Address);
            return;
        }

        var known = Gossip.Members.FirstOrDefault(other => other.Address.Equals(m.Node.Address));
        if (known is null)
        {
            _cluster.FailureDetector.Remove(m.Node.Address);
            _cluster.LogInfo("Cluster Node [{0}] - Node [{1}] is JOINING, roles [{2}]", _self.Address, m.Node.Address, string.Join(", ", m.Roles));
            Update(Gossip.Changed(_self, members: Gossip.Members.Add(Member.Joining(m.Node, m.Roles))));
            if (m.Node == _self)
            {
                Lead();
            }
            else
            {
                Sender.Tell(new Welcome(_self, Gossip));
            }
        }
        else if (known.UniqueAddress == m.Node)
        {
            if (m.Node != _self)
            {
                Sender.Tell(new Welcome(_self, Gossip));
            }
        }
        else
        {
            ReplaceIncarnation(known);
        }
    }

    /// <summary>Another system answers at a member's address, so that member is gone for good. The new one asks again, and is
    /// let in once the old one has been removed.</summary>
    private void ReplaceIncarnation(Member old)
    {
        _cluster.LogInfo("Cluster Node [{0}] - New incarnation of existing member [{1}] is trying to join. Existing will be removed from the cluster and then new member will be allowed to join.",
            _self.Address, old);
        var reachability = Gossip.Reachability.Terminated(_self, old.UniqueAddress);
        if (!ReferenceEquals(reachability, Gossip.Reachability) || old.Status != MemberStatus.Down)
        {
            Update(Gossip.Changed(_self, members: Gossip.Replace([old.Copy(MemberStatus.Down)]), reachability: reachability));
        }
    }

    private void OnLeave(Leave m)
    {
        var member = Gossip.Members.FirstOrDefault(other => other.Address.Equals(m.Address));
        if (member?.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up)
        {
            _cluster.LogInfo("Cluster Node [{0}] - Marked address [{1}] as [{2}]", _self.Address, m.Address, MemberStatus.Leaving);
            Update(Gossip.Changed(_self, members: Gossip.Replace([member.Copy(MemberStatus.Leaving)])));
        }
    }

    private void OnDown(Down m)
    {
        var member = Gossip.Members.FirstOrDefault(other => other.Address.Equals(m.Address));
        if (member is null)
        {
            _log.Info("Ignoring down of unknown node [{0}]", m.Address);
        }
        else if (member.Status != MemberStatus.Down)
        {
            _cluster.LogInfo("Cluster Node [{0}] - Marking node [{1}] as [{2}]", _self.Address, m.Address, MemberStatus.Down);
            Update(Gossip.Changed(_self, members: Gossip.Replace([member.Copy(MemberStatus.Down)])));
        }
    }

    private void OnExitingConfirmed(ExitingConfirmed m)
    {
        if (Gossip.Find(m.Node)?.Status == MemberStatus.Exiting)
        {
            _cluster.LogInfo("Cluster Node [{0}] - Exiting confirmed [{1}]", _self.Address, m.Node.Address);
            _exitConfirmed = _exitConfirmed.Add(m.Node);
            Lead();
        }
    }

    /// <summary>All is done that had to be done before this node's removal, so the others need not wait for it.</summary>
    private void OnExitingCompleted()
    {
        _cluster.LogInfo("Cluster Node [{0}] - Exiting completed", _self.Address);
        foreach (var member in Gossip.Members.Where(m => m.UniqueAddress != _self && m.Status != MemberStatus.Down))
        {
            Context.ActorSelection(PathAt(member.Address)).Tell(new ExitingConfirmed(_self));
        }

        Sender.Tell(Done.Instance);
        _cluster.Shutdown();
    }

    /// <summary>Takes the node out of the actor system too, unless it is to go on by itself. Runs apart from this actor, which
    /// the shutdown stops.</summary>
    private void RunCoordinatedShutdown(CoordinatedShutdown.Reason reason)
    {
        var shutdown = CoordinatedShutdown.Get(Context.System);
        var log = _log;
        _ = Task.Run(async () =>
        {
            try
            {
                await shutdown.Run(reason).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                log.Error(e, "Coordinated shutdown [{0}] failed", reason.GetType().Name);
            }
        });
    }
}
