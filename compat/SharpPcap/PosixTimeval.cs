using System.Globalization;

namespace SharpPcap;

public class PosixTimeval : IComparable<PosixTimeval>
{
    private const decimal MicroSecondsPerSecond = 1_000_000m;

    public PosixTimeval() : this(DateTime.UtcNow)
    {
    }

    public PosixTimeval(DateTime time)
    {
        var ticks = time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks;
        Value = ticks / (decimal)TimeSpan.TicksPerSecond;
    }

    public PosixTimeval(ulong seconds, ulong microseconds) => Value = seconds + (microseconds / MicroSecondsPerSecond);

    public PosixTimeval(ulong seconds, ulong fractions, TimestampResolution resolution) =>
        Value = seconds + (fractions / (resolution == TimestampResolution.Nanosecond ? 1_000_000_000m : MicroSecondsPerSecond));

    /// <summary>Seconds since 1970, with the fraction a capture gave.</summary>
    public decimal Value { get; protected set; }

    public ulong Seconds
    {
        get => (ulong)Value;
        protected set => Value = value + (Value - decimal.Truncate(Value));
    }

    public ulong MicroSeconds
    {
        get => (ulong)((Value - decimal.Truncate(Value)) * MicroSecondsPerSecond);
        protected set => Value = decimal.Truncate(Value) + (value / MicroSecondsPerSecond);
    }

    public DateTime Date => DateTime.UnixEpoch.AddTicks((long)(Value * TimeSpan.TicksPerSecond));

    public int CompareTo(PosixTimeval? that) => that is null ? 1 : Value.CompareTo(that.Value);

    public override bool Equals(object? obj) => obj is PosixTimeval other && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString("0.000000###", CultureInfo.InvariantCulture) + "s";
}
