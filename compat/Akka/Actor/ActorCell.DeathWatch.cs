using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    // Value: the message wanted instead of Terminated, null for Terminated itself.
    private Dictionary<IActorRef, object?>? _watching;
    private HashSet<IActorRef>? _watchedBy;

    // Deaths whose Terminated is still in the mailbox; Unwatch takes them back.
    private Dictionary<IActorRef, object?>? _terminatedQueued;

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message);

    public IActorRef Unwatch(IActorRef subject)
    {
        if (subject.Equals(Self)) return subject;
        if (_watching is not null && _watching.Remove(subject))
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, Self));
        _terminatedQueued?.Remove(subject);
        return subject;
    }

    private IActorRef Watch(IActorRef subject, object? message)
    {
        if (subject is not IInternalActorRef watchee) throw new ArgumentException($"{subject} cannot be watched: it isn't an actor of this runtime.", nameof(subject));
        if (watchee.Equals(Self)) return subject;
        _watching ??= [];
        if (_watching.TryGetValue(watchee, out var previous))
        {
            if (!Equals(previous, message))
                throw new InvalidOperationException($"Watch({Self}, {subject}) termination message was not overwritten from [{previous ?? "Terminated"}] to [{message ?? "Terminated"}]. If this was intended, unwatch first before using `Watch` / `WatchWith` with another message.");
            return subject;
        }

        _watching.Add(watchee, message);
        watchee.SendSystemMessage(new Watch(watchee, Self));
        return subject;
    }

    private void AddWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(Self) && !watcher.Equals(Self)) (_watchedBy ??= []).Add(watcher);
        else if (!watchee.Equals(Self) && watcher.Equals(Self)) Watch(watchee, null);
    }

    private void RemoveWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(Self)) _watchedBy?.Remove(watcher);
        else if (watcher.Equals(Self)) Unwatch(watchee);
    }

    private void WatchedActorTerminated(DeathWatchNotification died)
    {
        var subject = died.Actor;
        if (_watching is not null && _watching.Remove(subject, out var message))
        {
            if (!IsTerminating)
            {
                var terminated = new Terminated(subject, died.ExistenceConfirmed, died.AddressTerminated);
                (_terminatedQueued ??= [])[subject] = message;
                Self.Tell(terminated, subject);
            }
        }

        if (RemoveChild(subject) is not null) HandleChildTerminated(subject);
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        if (_terminatedQueued is null || !_terminatedQueued.Remove(terminated.ActorRef, out var message)) return;
        if (message is not null) _current = new Envelope(message, _current.Sender);
        ReceiveMessage(message ?? terminated);
    }

    /// <summary>An end that was stashed goes back to the mailbox: it's still to be told.</summary>
    internal void RequeueTerminated(IActorRef subject) => (_terminatedQueued ??= [])[subject] = null;

    private void TellWatchersWeDied()
    {
        if (_watchedBy is null) return;
        // First those elsewhere: a local watcher may be what keeps the connection to them up.
        foreach (var remoteFirst in (bool[])[true, false])
        {
            foreach (var watcher in _watchedBy)
            {
                var isRemote = !((IActorRefScope)watcher).IsLocal;
                if (isRemote == remoteFirst && !watcher.Equals(Parent))
                    ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(Self, true, false));
            }
        }

        _watchedBy = null;
    }

    private void UnwatchAll()
    {
        if (_watching is not null)
        {
            foreach (var watchee in _watching.Keys) ((IInternalActorRef)watchee).SendSystemMessage(new Unwatch((IInternalActorRef)watchee, Self));
        }

        _watching = null;
        _terminatedQueued = null;
    }
}
