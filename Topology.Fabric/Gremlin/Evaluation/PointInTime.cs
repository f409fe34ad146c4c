using System.Buffers;
using System.Globalization;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>A point in time as queries write it: fixed, or so long before or after the query's run.</summary>
/// <param name="UnixMs">When, in Unix milliseconds; null: it's relative.</param>
/// <param name="Offset">So much later than the query runs.</param>
internal readonly record struct PointInTime(long? UnixMs, TimeSpan Offset)
{
    // time.RFC1123 and time.RFC1123Z of Go, and RFC 3339; a zone's name other than GMT's or UTC's says nothing of its offset.
    private static readonly string[] Forms =
    [
        "ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss 'UTC'", "ddd, d MMM yyyy HH:mm:ss zzz",
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK",
    ];

    // Longer ones first: "ms" isn't "m".
    private static readonly (string Name, double Milliseconds)[] Units =
    [
        ("ns", 1e-6), ("us", 1e-3), ("µs", 1e-3), ("μs", 1e-3), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>When the query runs.</summary>
    public static PointInTime Now { get; } = new(null, TimeSpan.Zero);

    /// <summary>In Unix milliseconds.</summary>
    public long At(DateTimeOffset now) => UnixMs ?? (now + Offset).ToUnixTimeMilliseconds();

    /// <summary>Of Unix seconds, or milliseconds where seconds would be beyond 2038.</summary>
    public static PointInTime OfUnix(long time) => new(time > int.MaxValue ? time : time * 1_000, TimeSpan.Zero);

    /// <summary>Reads "Sun, 06 Nov 2016 08:49:37 GMT", "2016-11-06T08:49:37Z", or a duration from now: "-5m".</summary>
    public static bool TryParse(string text, out PointInTime point)
    {
        if (TryDuration(text, out var offset))
        {
            point = new PointInTime(null, offset);
            return true;
        }

        // RFC 1123 of Go writes a zone without a colon, which here must be one.
        var zoned = text.Length > 5 && text[^5] is '+' or '-' && text[^4..].All(char.IsAsciiDigit) ? text.Insert(text.Length - 2, ":") : text;
        var isTime = DateTimeOffset.TryParseExact(zoned, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        point = isTime ? new PointInTime(time.ToUnixTimeMilliseconds(), TimeSpan.Zero) : default;
        return isTime;
    }

    /// <summary>Reads a duration of Go's: "-5m", "1h30m", "1.5s".</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var isNegative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return true;
        }

        var milliseconds = 0.0;
        var isAny = false;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var unit = UnitOf(rest);
            if (unit.Name is null)
            {
                return false;
            }

            milliseconds += number * unit.Milliseconds;
            rest = rest[unit.Name.Length..];
            isAny = true;
        }

        // Longer than there has been time to measure: a span of .NET's would end.
        if (!isAny || milliseconds > TimeSpan.FromDays(365_000).TotalMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(isNegative ? -milliseconds : milliseconds);
        return true;
    }

    private static (string Name, double Milliseconds) UnitOf(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Name, StringComparison.Ordinal))
            {
                return unit;
            }
        }

        return default;
    }
}
