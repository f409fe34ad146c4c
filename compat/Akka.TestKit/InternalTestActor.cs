using Akka.Actor;

namespace Akka.TestKit;

/// <summary>The actor behind a test kit or probe: puts what it gets into the test's mailbox.</summary>
internal sealed class InternalTestActor(TestMailbox mailbox) : ActorBase
{
    private Func<object, bool>? _ignores;
    private AutoPilot _autoPilot = AutoPilot.NoAutoPilot;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case SetIgnore ignore:
                _ignores = ignore.Ignores;
                return true;
            case SetAutoPilot pilot:
                _autoPilot = pilot.Pilot;
                return true;
            case WatchRequest watch:
                Context.Watch(watch.Subject);
                Sender.Tell(watch.Subject, Self);
                return true;
            case UnwatchRequest unwatch:
                Context.Unwatch(unwatch.Subject);
                Sender.Tell(unwatch.Subject, Self);
                return true;
            case Spawn spawn:
                Sender.Tell(Context.ActorOf(spawn.Props, spawn.Name), Self);
                return true;
        }

        if (_autoPilot is not NoAutoPilot)
        {
            var next = _autoPilot.Run(Sender, message);
            if (next is not KeepRunning) _autoPilot = next;
        }

        if (_ignores?.Invoke(message) != true) mailbox.Add(new RealMessageEnvelope(message, Sender));
        return true;
    }

    internal sealed record SetIgnore(Func<object, bool>? Ignores) : INoSerializationVerificationNeeded;

    internal sealed record SetAutoPilot(AutoPilot Pilot) : INoSerializationVerificationNeeded;

    internal sealed record WatchRequest(IActorRef Subject) : INoSerializationVerificationNeeded;

    internal sealed record UnwatchRequest(IActorRef Subject) : INoSerializationVerificationNeeded;

    internal sealed record Spawn(Props Props, string? Name) : INoSerializationVerificationNeeded;
}
