namespace Agent.Node.Flows;

/// <summary>The time a flow engine measures by, which never goes back, beside the time that packets say, which may.</summary>
/// <param name="Now">In nanoseconds.</param>
/// <param name="Offset">What packets' times, nanoseconds since 1970, are ahead of it.</param>
internal readonly record struct EngineClock(long Now, long Offset);
