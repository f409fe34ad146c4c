namespace Agent.Node.Capture;

/// <summary>The time, in what capture times are in.</summary>
internal static class CaptureClock
{
    /// <summary>Nanoseconds since 1970.</summary>
    internal static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
