namespace Akka.Actor;

/// <summary>A message and who sent it.</summary>
public struct Envelope
{
    public Envelope(object message, IActorRef sender)
    {
        Message = message;
        Sender = sender;
    }

    public Envelope(object message, IActorRef? sender, ActorSystem system)
        : this(message, sender ?? system.DeadLetters)
    {
    }

    public object Message { get; private set; }

    public IActorRef Sender { get; private set; }

    public override readonly string ToString() => $"<{Message}> from {Sender}";
}
