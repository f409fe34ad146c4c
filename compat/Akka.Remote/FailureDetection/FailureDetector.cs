namespace Akka.Remote;

/// <summary>A monotonic clock, in milliseconds.</summary>
public delegate long Clock();

/// <summary>Judges by the heartbeats of a peer whether it is still there. Safe for use by several threads.</summary>
public abstract class FailureDetector
{
    public static readonly Clock DefaultClock = () => Environment.TickCount64;

    /// <summary>Whether the peer is held to be there; so it is before its first heartbeat.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Whether a heartbeat ever came.</summary>
    public abstract bool IsMonitoring { get; }

    /// <summary>A heartbeat came.</summary>
    public abstract void HeartBeat();
}
