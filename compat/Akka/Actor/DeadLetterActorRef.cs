using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

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
