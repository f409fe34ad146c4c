using Akka.Actor;

namespace Akka.Event;

/// <summary>A logger that works without a running system.</summary>
public abstract class MinimalLogger : MinimalActorRef
{
    private static readonly ActorPath s_path = new RootActorPath(new Address("akka", "all-systems")) / "StandardOutLogger";

    public sealed override ActorPath Path => s_path;

    public sealed override IActorRefProvider Provider => throw new NotSupportedException("This logger does not provide.");

    protected abstract void Log(object message);

    protected sealed override void TellInternal(object message, IActorRef sender) => Log(message);
}

/// <summary>Prints to standard output.</summary>
public class StandardOutLogger : MinimalLogger
{
    protected override void Log(object message) => Console.WriteLine(message);

}
