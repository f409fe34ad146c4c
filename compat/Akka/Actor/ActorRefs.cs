namespace Akka.Actor;

/// <summary>The refs that aren't anyone.</summary>
public static class ActorRefs
{
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>No sender: the receiver sees dead letters as sender.</summary>
    public static readonly IActorRef NoSender = null!;
}
