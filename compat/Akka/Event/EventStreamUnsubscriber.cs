using Akka.Actor;

namespace Akka.Event;

/// <summary>Watches subscribers, so that dead ones leave the stream.</summary>
internal sealed class EventStreamUnsubscriber(EventStream stream) : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Register register:
                if (register.Subscriber is not MinimalActorRef) Context.Watch(register.Subscriber);
                return true;
            case Unregister unregister:
                if (!stream.HasSubscriber(unregister.Subscriber)) Context.Unwatch(unregister.Subscriber);
                return true;
            case Terminated terminated:
                stream.Unsubscribe(terminated.ActorRef);
                return true;
            default:
                return false;
        }
    }

    internal sealed record Register(IActorRef Subscriber) : IDeadLetterSuppression;

    internal sealed record Unregister(IActorRef Subscriber) : IDeadLetterSuppression;
}
