using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// Watches actors of other systems for all actors of this one. Exchanges heartbeats with the remote watcher of each system that
/// has an actor watched from here; when they fail to come, that system is quarantined and its actors are reported as gone.
/// </summary>
internal class RemoteWatcher : UntypedActor
{
    private readonly IFailureDetectorRegistry<Address> _failureDetector;
    private readonly TimeSpan _expectedResponseAfter;
    private readonly ICancelable _heartbeats;
    private readonly ICancelable _reaping;
    private readonly RemoteActorRefProvider _provider;
    private readonly int _uid;

    private readonly Dictionary<IInternalActorRef, HashSet<IInternalActorRef>> _watchersByWatchee = [];
    private readonly Dictionary<Address, HashSet<IInternalActorRef>> _watcheesByNode = [];
    private readonly Dictionary<Address, int> _uids = [];
    private readonly HashSet<Address> _unreachable = [];

    public RemoteWatcher(
        IFailureDetectorRegistry<Address> failureDetector, TimeSpan heartbeatInterval, TimeSpan unreachableReaperInterval, TimeSpan heartbeatExpectedResponseAfter)
    {
        _failureDetector = failureDetector;
        _expectedResponseAfter = heartbeatExpectedResponseAfter;
        var system = (ExtendedActorSystem)Context.System;
        _provider = (RemoteActorRefProvider)system.Provider;
        _uid = AddressUidExtension.Uid(system);
        Log = Context.GetLogger();
        _heartbeats = system.Scheduler.ScheduleTellRepeatedlyCancelable(heartbeatInterval, heartbeatInterval, Self, HeartbeatTick.Instance, Self);
        _reaping = system.Scheduler.ScheduleTellRepeatedlyCancelable(unreachableReaperInterval, unreachableReaperInterval, Self, ReapUnreachableTick.Instance, Self);
    }

    protected ILoggingAdapter Log { get; }

    /// <summary>The systems that have actors watched from here.</summary>
    protected IReadOnlyCollection<Address> WatchingNodes => _watcheesByNode.Keys;

    protected IReadOnlySet<Address> Unreachable => _unreachable;

    public static Props Props(
        IFailureDetectorRegistry<Address> failureDetector, TimeSpan heartbeatInterval, TimeSpan unreachableReaperInterval, TimeSpan heartbeatExpectedResponseAfter) =>
        Actor.Props.Create(() => new RemoteWatcher(failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HeartbeatTick:
                SendHeartbeats();
                break;
            case Heartbeat:
                Sender.Tell(new HeartbeatRsp(_uid), Self);
                break;
            case HeartbeatRsp response:
                ReceiveHeartbeat(Sender.Path.Address, response.AddressUid);
                break;
            case ReapUnreachableTick:
                ReapUnreachable();
                break;
            case ExpectedFirstHeartbeat expected:
                TriggerFirstHeartbeat(expected.From);
                break;
            case WatchRemote watch:
                AddWatching(watch.Watchee, watch.Watcher);
                break;
            case UnwatchRemote unwatch:
                RemoveWatch(unwatch.Watchee, unwatch.Watcher);
                break;
            case Terminated terminated:
                WatcheeGone((IInternalActorRef)terminated.ActorRef, terminated.ExistenceConfirmed, terminated.AddressTerminated);
                break;
            case AddressLost lost:
                PublishAddressTerminated(lost.Address);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        _heartbeats.Cancel();
        _reaping.Cancel();
        base.PostStop();
    }

    /// <summary>A first actor of its system is watched.</summary>
    protected virtual void WatchNode(IInternalActorRef watchee)
    {
        var address = watchee.Path.Address;
        if (!_watcheesByNode.TryGetValue(address, out var watchees))
        {
            // After an outage the system's heartbeats count anew.
            if (_unreachable.Remove(address))
                _failureDetector.Remove(address);
            _watcheesByNode.Add(address, watchees = []);
            if (_provider.Transport.UidOf(address) is { } uid)
                _uids[address] = uid;
        }

        watchees.Add(watchee);
    }

    protected virtual void Quarantine(Address address, int? addressUid) =>
        _provider.Quarantine(address, addressUid, "its heartbeats fail to come, and actors of it are watched");

    /// <summary>All who watch actors at the address are told that these are gone.</summary>
    protected virtual void PublishAddressTerminated(Address address)
    {
        if (!_watcheesByNode.TryGetValue(address, out var watchees))
            return;
        foreach (var watchee in watchees.ToArray())
        {
            Context.Unwatch(watchee);
            WatcheeGone(watchee, existenceConfirmed: true, addressTerminated: true);
        }
    }

    private void AddWatching(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.IsLocal)
        {
            watchee.SendSystemMessage(new Watch(watchee, watcher));
            return;
        }

        Log.Debug("{0} watches {1}", watcher, watchee);
        if (!_watchersByWatchee.TryGetValue(watchee, out var watchers))
        {
            _watchersByWatchee.Add(watchee, watchers = []);
            WatchNode(watchee);
            Context.Watch(watchee);
        }

        watchers.Add(watcher);
    }

    private void RemoveWatch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (!_watchersByWatchee.TryGetValue(watchee, out var watchers) || !watchers.Remove(watcher) || watchers.Count > 0)
            return;
        Context.Unwatch(watchee);
        RemoveWatchee(watchee);
    }

    private void WatcheeGone(IInternalActorRef watchee, bool existenceConfirmed, bool addressTerminated)
    {
        if (_watchersByWatchee.TryGetValue(watchee, out var watchers))
        {
            foreach (var watcher in watchers)
                watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed, addressTerminated));
        }

        RemoveWatchee(watchee);
    }

    private void RemoveWatchee(IInternalActorRef watchee)
    {
        _watchersByWatchee.Remove(watchee);
        var address = watchee.Path.Address;
        if (!_watcheesByNode.TryGetValue(address, out var watchees) || !watchees.Remove(watchee) || watchees.Count > 0)
            return;
        Log.Debug("No actor at {0} is watched any more", address);
        _watcheesByNode.Remove(address);
        _uids.Remove(address);
        _failureDetector.Remove(address);
    }

    private void SendHeartbeats()
    {
        foreach (var address in _watcheesByNode.Keys)
        {
            if (_unreachable.Contains(address))
                continue;
            // Should no answer come at all, silence counts from here.
            if (!_failureDetector.IsMonitoring(address))
                Context.System.Scheduler.ScheduleTellOnce(_expectedResponseAfter, Self, new ExpectedFirstHeartbeat(address), Self);
            _provider.ResolveActorRef(new RootActorPath(address) / "system" / "remote-watcher").Tell(Heartbeat.Instance, Self);
        }
    }

    private void ReceiveHeartbeat(Address from, int uid)
    {
        if (!_watcheesByNode.TryGetValue(from, out var watchees) || _unreachable.Contains(from))
            return;
        // The system was started anew: it knows nothing of what is watched here.
        if (!_uids.TryGetValue(from, out var known) || known != uid)
        {
            _uids[from] = uid;
            foreach (var watchee in watchees)
                watchee.SendSystemMessage(new Watch(watchee, (IInternalActorRef)Self));
        }

        _failureDetector.Heartbeat(from);
    }

    private void TriggerFirstHeartbeat(Address address)
    {
        if (!_watcheesByNode.ContainsKey(address) || _unreachable.Contains(address) || _failureDetector.IsMonitoring(address))
            return;
        Log.Debug("{0} has not answered the first heartbeat", address);
        _failureDetector.Heartbeat(address);
    }

    private void ReapUnreachable()
    {
        foreach (var address in _watcheesByNode.Keys.ToArray())
        {
            if (_unreachable.Contains(address) || _failureDetector.IsAvailable(address))
                continue;
            Log.Warning("{0} is unreachable: the actors there that are watched from here are held to be gone", address);
            _unreachable.Add(address);
            Quarantine(address, _uids.TryGetValue(address, out var uid) ? uid : null);
            PublishAddressTerminated(address);
        }
    }

    /// <summary>Watch a remote actor for a local one.</summary>
    internal sealed record WatchRemote(IInternalActorRef Watchee, IInternalActorRef Watcher) : INoSerializationVerificationNeeded;

    internal sealed record UnwatchRemote(IInternalActorRef Watchee, IInternalActorRef Watcher) : INoSerializationVerificationNeeded;

    /// <summary>The system at the address, as far as it was known, is no more.</summary>
    internal sealed record AddressLost(Address Address) : INoSerializationVerificationNeeded;

    /// <summary>Are you there? To the other system's remote watcher.</summary>
    internal sealed class Heartbeat : IDeadLetterSuppression, INotInfluenceReceiveTimeout
    {
        public static readonly Heartbeat Instance = new();
    }

    internal sealed record HeartbeatRsp(int AddressUid) : IDeadLetterSuppression;

    private sealed class HeartbeatTick : INoSerializationVerificationNeeded
    {
        public static readonly HeartbeatTick Instance = new();
    }

    private sealed class ReapUnreachableTick : INoSerializationVerificationNeeded
    {
        public static readonly ReapUnreachableTick Instance = new();
    }

    private sealed record ExpectedFirstHeartbeat(Address From) : INoSerializationVerificationNeeded;
}
