using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>Durations and sizes, as HOCON writes them.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, double> s_ticks = new(StringComparer.Ordinal)
    {
        ["ns"] = 0.01,
        ["nano"] = 0.01,
        ["nanos"] = 0.01,
        ["nanosecond"] = 0.01,
        ["nanoseconds"] = 0.01,
        ["us"] = 10,
        ["micro"] = 10,
        ["micros"] = 10,
        ["microsecond"] = 10,
        ["microseconds"] = 10,
        [""] = 1e4,
        ["ms"] = 1e4,
        ["milli"] = 1e4,
        ["millis"] = 1e4,
        ["millisecond"] = 1e4,
        ["milliseconds"] = 1e4,
        ["s"] = 1e7,
        ["second"] = 1e7,
        ["seconds"] = 1e7,
        ["m"] = 60e7,
        ["minute"] = 60e7,
        ["minutes"] = 60e7,
        ["h"] = 3600e7,
        ["hour"] = 3600e7,
        ["hours"] = 3600e7,
        ["d"] = 86400e7,
        ["day"] = 86400e7,
        ["days"] = 86400e7,
    };

    private static readonly Dictionary<string, decimal> s_bytes = Sizes();

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        if (text.Equals("infinite", StringComparison.OrdinalIgnoreCase) || text.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            duration = Timeout.InfiniteTimeSpan;
            return true;
        }

        duration = default;
        var unit = SplitUnit(text, out var number);
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var count) || count < 0 || !s_ticks.TryGetValue(unit, out var ticks))
            return false;
        var total = count * ticks;
        if (total >= long.MaxValue)
            return false;
        duration = TimeSpan.FromTicks((long)Math.Round(total));
        return true;
    }

    public static bool TryParseByteSize(string text, out long bytes)
    {
        bytes = 0;
        var unit = SplitUnit(text, out var number);
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var count) || count < 0 || !s_bytes.TryGetValue(unit, out var factor))
            return false;
        if (count > long.MaxValue / factor)
            return false;
        bytes = (long)(count * factor);
        return true;
    }

    private static string SplitUnit(string text, out string number)
    {
        var end = text.Length;
        while (end > 0 && char.IsLetter(text[end - 1]))
            end--;
        number = text[..end].Trim();
        return text[end..];
    }

    private static Dictionary<string, decimal> Sizes()
    {
        var sizes = new Dictionary<string, decimal>(StringComparer.Ordinal) { [""] = 1, ["b"] = 1, ["B"] = 1, ["byte"] = 1, ["bytes"] = 1 };
        decimal binary = 1, metric = 1;
        foreach (var (letter, binaryName, metricName) in (ReadOnlySpan<(char, string, string)>)
                 [
                     ('K', "kibibyte", "kilobyte"), ('M', "mebibyte", "megabyte"), ('G', "gibibyte", "gigabyte"),
                     ('T', "tebibyte", "terabyte"), ('P', "pebibyte", "petabyte"), ('E', "exbibyte", "exabyte"),
                 ])
        {
            binary *= 1024;
            metric *= 1000;
            foreach (var suffix in new[] { $"{letter}", $"{char.ToLowerInvariant(letter)}", $"{letter}i", $"{letter}iB", binaryName, binaryName + "s" })
                sizes[suffix] = binary;
            foreach (var suffix in new[] { $"{(letter == 'K' ? 'k' : letter)}B", metricName, metricName + "s" })
                sizes[suffix] = metric;
        }

        return sizes;
    }
}
