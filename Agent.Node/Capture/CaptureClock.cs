using System.Diagnostics;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>What a live capture tells the time by.</summary>
internal static class CaptureClock
{
    private static readonly long Began = Now;
    private static readonly long BeganAt = Stopwatch.GetTimestamp();

    /// <summary>The time of day, as packets have it: nanoseconds since 1970.</summary>
    internal static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Nanoseconds that go on evenly, also when somebody sets the time of day, and what the time of day is ahead of them.</summary>
    internal static EngineClock Engine
    {
        get
        {
            var steady = Began + (Stopwatch.GetElapsedTime(BeganAt).Ticks * TimeSpan.NanosecondsPerTick);
            return new EngineClock(steady, Now - steady);
        }
    }
}
