using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>Holds the peer to be gone once no heartbeat came for the interval and the acceptable pause.</summary>
public class DeadlineFailureDetector : FailureDetector
{
    private const long Never = long.MinValue;

    private readonly Clock _clock;
    private readonly long _patience;
    private long _last = Never;

    public DeadlineFailureDetector(TimeSpan acceptableHeartbeatPause, Clock? clock = null) : this(acceptableHeartbeatPause, TimeSpan.Zero, clock)
    {
    }

    public DeadlineFailureDetector(TimeSpan acceptableHeartbeatPause, TimeSpan heartbeatInterval, Clock? clock = null)
    {
        if (acceptableHeartbeatPause <= TimeSpan.Zero)
            throw new ArgumentException("The acceptable heartbeat pause has to be above zero.", nameof(acceptableHeartbeatPause));
        _patience = (long)(acceptableHeartbeatPause + heartbeatInterval).TotalMilliseconds;
        _clock = clock ?? DefaultClock;
    }

    public DeadlineFailureDetector(Config config, EventStream eventStream)
        : this(config.GetTimeSpan("acceptable-heartbeat-pause"), config.GetTimeSpan("heartbeat-interval"))
    {
    }

    public override bool IsAvailable => Volatile.Read(ref _last) is var last && (last == Never || _clock() <= last + _patience);

    public override bool IsMonitoring => Volatile.Read(ref _last) != Never;

    public override void HeartBeat() => Volatile.Write(ref _last, _clock());
}
