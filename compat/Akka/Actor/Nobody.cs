namespace Akka.Actor;

/// <summary>The ref of no actor at all; what it's told is gone.</summary>
public sealed class Nobody : MinimalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems")) / "Nobody";

    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody has no provider.");
}
