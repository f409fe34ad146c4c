using Akka.Event;

namespace Akka.Actor;

/// <summary>The root, /user and /system: they hold children, and stop once the guardian they watch has.</summary>
internal sealed class GuardianActor : ActorBase
{
    /// <summary>A guardian that fails takes the system down.</summary>
    public static readonly SupervisorStrategy RootStrategy = new OneForOneStrategy(_ => Directive.Stop);

    protected override bool Receive(object message)
    {
        if (message is not Terminated) return false;
        Context.Stop(Self);
        return true;
    }

    protected override void Unhandled(object message) => Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Self);

    // Guardians keep their children when they are restarted.
    protected override void PreRestart(Exception reason, object message)
    {
    }
}
