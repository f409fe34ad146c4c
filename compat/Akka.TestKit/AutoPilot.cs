using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Answers in the test actor's place, message by message; what it returns handles the next one.</summary>
public abstract class AutoPilot
{
    public static NoAutoPilot NoAutoPilot => NoAutoPilot.Instance;

    public static KeepRunning KeepRunning => KeepRunning.Instance;

    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>Nobody answers any more.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    public static readonly NoAutoPilot Instance = new();

    private NoAutoPilot()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>The pilot that returned this goes on.</summary>
public sealed class KeepRunning : AutoPilot
{
    public static readonly KeepRunning Instance = new();

    private KeepRunning()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => throw new IllegalActorStateException("Must not call");
}

public delegate AutoPilot AutoPilotDelegate(IActorRef sender, object message);

/// <summary>An autopilot that is a delegate.</summary>
public sealed class DelegateAutoPilot : AutoPilot
{
    private readonly AutoPilotDelegate _delegate;

    public DelegateAutoPilot(AutoPilotDelegate autoPilotDelegate) => _delegate = autoPilotDelegate;

    public override AutoPilot Run(IActorRef sender, object message) => _delegate(sender, message);
}
