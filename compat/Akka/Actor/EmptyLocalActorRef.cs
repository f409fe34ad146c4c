using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The ref of a local path where there's no actor: it answers watchers and identification, and hands the rest to dead letters.</summary>
internal class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    public override bool IsTerminated => true;

    protected EventStream EventStream { get; } = eventStream;

    public override void SendSystemMessage(ISystemMessage message) => SpecialHandle(message, Provider.DeadLetters);

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is DeadLetter letter) SpecialHandle(letter.Message, letter.Sender);
        else if (!SpecialHandle(message, sender)) EventStream.Publish(new DeadLetter(message, sender ?? Provider.DeadLetters, this));
    }

    /// <summary>Answers what must be answered for the dead; true when nothing is left to do.</summary>
    protected virtual bool SpecialHandle(object message, IActorRef? sender)
    {
        switch (message)
        {
            case Watch watch:
                if (watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, false, false));
                return true;
            case ISystemMessage:
                return true;
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                return true;
            case ActorSelectionMessage { Message: Identify identify } selection:
                if (!selection.WildCardFanOut) sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                return true;
            case ActorSelectionMessage selection:
                EventStream.Publish(new DeadLetter(selection.Message, sender ?? Provider.DeadLetters, this));
                return true;
            case IDeadLetterSuppression suppressed:
                EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? Provider.DeadLetters, this));
                return true;
            default:
                return false;
        }
    }
}

/// <summary>Where messages go that have no receiver: published as <see cref="DeadLetter"/>.</summary>
internal sealed class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case DeadLetter letter:
                if (!SpecialHandle(letter.Message, letter.Sender, letter.Recipient)) EventStream.Publish(letter);
                break;
            default:
                if (!SpecialHandle(message, sender, this)) EventStream.Publish(new DeadLetter(message, sender ?? this, this));
                break;
        }
    }

    protected override bool SpecialHandle(object message, IActorRef? sender) => SpecialHandle(message, sender, this);

    private bool SpecialHandle(object message, IActorRef? sender, IActorRef recipient)
    {
        switch (message)
        {
            case Watch watch:
                if (!watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, false, false));
                return true;
            case IDeadLetterSuppression suppressed when !ReferenceEquals(recipient, this):
                EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? this, recipient));
                return true;
            case ActorSelectionMessage { Message: Identify } when !ReferenceEquals(recipient, this):
            case Identify when !ReferenceEquals(recipient, this):
                return base.SpecialHandle(message, sender);
            default:
                return base.SpecialHandle(message, sender);
        }
    }
}

/// <summary>A node of the tree without an actor, with refs below it: the root of temporary refs.</summary>
internal sealed class VirtualPathContainer(IActorRefProvider provider, ActorPath path, IInternalActorRef parent) : MinimalActorRef
{
    private readonly global::System.Collections.Concurrent.ConcurrentDictionary<string, IInternalActorRef> _children = new();

    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    public override IInternalActorRef Parent { get; } = parent;

    public void AddChild(string name, IInternalActorRef child) => _children[name] = child;

    public void RemoveChild(string name) => _children.TryRemove(name, out _);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        if (name.Count == 0) return this;
        var hash = name[0].IndexOf('#');
        var first = hash < 0 ? name[0] : name[0][..hash];
        if (first.Length == 0) return this;
        if (!_children.TryGetValue(first, out var child)) return ActorRefs.Nobody;
        return name.Count == 1 ? child : child.GetChild([.. name.Skip(1)]);
    }
}
