using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>The logger of tests: prints, but for what an event filter expects or mutes.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<Predicate<object>> _muted = [];

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                foreach (var type in (Type[])[typeof(MuteEvents), typeof(UnmuteEvents)]) initialize.LoggingBus.Subscribe(Self, type);
                return base.Receive(message);
            case MuteEvents mute:
                _muted.Add(mute.IsMuted);
                return true;
            case UnmuteEvents unmute:
                _muted.Remove(unmute.IsMuted);
                return true;
            case LogEvent logEvent when _muted.Exists(isMuted => isMuted(logEvent)):
                return true;
            default:
                return base.Receive(message);
        }
    }

    internal sealed record MuteEvents(Predicate<object> IsMuted) : INoSerializationVerificationNeeded;

    internal sealed record UnmuteEvents(Predicate<object> IsMuted) : INoSerializationVerificationNeeded;
}
