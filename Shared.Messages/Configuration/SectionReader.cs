using System.Globalization;
using System.Net;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Shared.Messages.Configuration;

/// <summary>Reads typed values of one section and says path and value of those that don't fit.</summary>
internal readonly struct SectionReader(Config config, string section)
{
    private static readonly Dictionary<string, long> DurationUnits = new(StringComparer.Ordinal)
    {
        // In ticks of 100 ns. A bare number is milliseconds, as everywhere in HOCON.
        [""] = TimeSpan.TicksPerMillisecond,
        ["ms"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour,
        ["d"] = TimeSpan.TicksPerDay,
        ["milliseconds"] = TimeSpan.TicksPerMillisecond,
        ["seconds"] = TimeSpan.TicksPerSecond,
        ["minutes"] = TimeSpan.TicksPerMinute,
        ["hours"] = TimeSpan.TicksPerHour,
        ["days"] = TimeSpan.TicksPerDay,
        ["second"] = TimeSpan.TicksPerSecond,
        ["minute"] = TimeSpan.TicksPerMinute,
        ["hour"] = TimeSpan.TicksPerHour,
        ["day"] = TimeSpan.TicksPerDay,
    };

    private static readonly Dictionary<string, long> SizeUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["b"] = 1,
        ["k"] = 1L << 10,
        ["kb"] = 1000,
        ["kib"] = 1L << 10,
        ["m"] = 1L << 20,
        ["mb"] = 1000_000,
        ["mib"] = 1L << 20,
        ["g"] = 1L << 30,
        ["gb"] = 1000_000_000,
        ["gib"] = 1L << 30,
        ["t"] = 1L << 40,
        ["tb"] = 1000_000_000_000,
        ["tib"] = 1L << 40,
    };

    public SectionReader Section(string name) => new(config, PathOf(name));

    public string PathOf(string key) => section + "." + key;

    /// <summary>A string, trimmed; empty when the key is set to nothing.</summary>
    public string Text(string key)
    {
        var path = PathOf(key);
        var value = config.GetValue(path) ?? throw new SkydiveConfigException(path, null, "is missing");
        if (value.IsObject() || IsList(value))
        {
            throw new SkydiveConfigException(path, value.ToString()?.Trim(), "should be one value, not a section or a list");
        }

        return value.GetString()?.Trim() ?? "";
    }

    public string NonEmpty(string key)
    {
        var text = Text(key);
        return text.Length > 0 ? text : throw new SkydiveConfigException(PathOf(key), text, "should not be empty");
    }

    public string OneOf(string key, params ReadOnlySpan<string> allowed)
    {
        var text = Text(key);
        foreach (var candidate in allowed)
        {
            if (string.Equals(candidate, text, StringComparison.OrdinalIgnoreCase))
            {
                return candidate;
            }
        }

        throw new SkydiveConfigException(PathOf(key), text, "should be one of " + string.Join(", ", allowed));
    }

    public int Number(string key, int min, int max)
    {
        var text = Text(key);
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new SkydiveConfigException(PathOf(key), text, $"should be a whole number from {min} to {max}");
    }

    /// <summary>A list of whole numbers; may be empty.</summary>
    public IReadOnlyList<int> Numbers(string key, int min, int max)
    {
        var texts = Texts(key);
        var numbers = new int[texts.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(texts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < min || numbers[i] > max)
            {
                throw new SkydiveConfigException($"{PathOf(key)}[{i}]", texts[i], $"should be a whole number from {min} to {max}");
            }
        }

        return numbers;
    }

    public bool Switch(string key) => OneOf(key, "on", "off") == "on";

    public int Port(string key) => Number(key, 0, 65535);

    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max)
    {
        var text = Text(key);
        if (TryUnits(text, DurationUnits, out var ticks) && ticks >= min.Ticks && ticks <= max.Ticks)
        {
            return TimeSpan.FromTicks((long)ticks);
        }

        throw new SkydiveConfigException(PathOf(key), text, $"should be a duration like 500ms, 10s, 5m or 1h, from {Show(min)} to {Show(max)}");
    }

    public long Size(string key, long min, long max)
    {
        var text = Text(key);
        if (TryUnits(text, SizeUnits, out var bytes) && bytes >= min && bytes <= max)
        {
            return (long)bytes;
        }

        throw new SkydiveConfigException(PathOf(key), text, $"should be a size like 256, 64 KiB or 2 MiB, from {min} to {max} bytes");
    }

    public IReadOnlyList<string> Texts(string key)
    {
        var path = PathOf(key);
        var value = config.GetValue(path) ?? throw new SkydiveConfigException(path, null, "is missing");
        if (!IsList(value))
        {
            throw new SkydiveConfigException(path, value.IsObject() ? null : value.GetString(), "should be a list: [\"…\", \"…\"]");
        }

        return [.. value.GetStringList()];
    }

    /// <summary>Endpoints written "host:port" (also "[v6]:port").</summary>
    public IReadOnlyList<string> Endpoints(string key)
    {
        var endpoints = Texts(key);
        for (var i = 0; i < endpoints.Count; i++)
        {
            var colon = endpoints[i].LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(endpoints[i].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                throw new SkydiveConfigException($"{PathOf(key)}[{i}]", endpoints[i], "should be host:port");
            }
        }

        return endpoints;
    }

    /// <summary>IP addresses and networks, "192.0.2.1" or "192.0.2.0/24".</summary>
    public IReadOnlyList<IPNetwork> Networks(string key)
    {
        var texts = Texts(key);
        var networks = new IPNetwork[texts.Count];
        for (var i = 0; i < networks.Length; i++)
        {
            if (IPAddress.TryParse(texts[i], out var address))
            {
                networks[i] = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            }
            else if (!IPNetwork.TryParse(texts[i], out networks[i]))
            {
                throw new SkydiveConfigException($"{PathOf(key)}[{i}]", texts[i], "should be an IP address or a network like 192.0.2.0/24");
            }
        }

        return networks;
    }

    /// <summary>The leaves of a section whose keys are free, by dotted key.</summary>
    public IReadOnlyDictionary<string, string> Leaves(string key)
    {
        var leaves = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (config.GetValue(PathOf(key)) is { } value && value.IsObject())
        {
            Collect("", value.GetObject(), leaves);
        }

        return leaves;
    }

    /// <summary>The keys of this section, whose keys are free; each must have one value.</summary>
    public IReadOnlyList<string> Keys()
    {
        if (config.GetValue(section) is not { } value || !value.IsObject())
        {
            throw new SkydiveConfigException(section, null, "should be a section: { … }");
        }

        var items = value.GetObject().Items;
        foreach (var (name, item) in items)
        {
            if (item.IsObject() || IsList(item))
            {
                throw new SkydiveConfigException(PathOf(name), null, "should be one value, not a section or a list");
            }
        }
        return [.. items.Keys.Order(StringComparer.Ordinal)];
    }

    // Akka's IsArray says no of an empty one.
    private static bool IsList(HoconValue value) => value.Values.Any(element => element.IsArray());

    private static void Collect(string prefix, HoconObject section, SortedDictionary<string, string> leaves)
    {
        foreach (var (name, value) in section.Items)
        {
            if (value.IsObject())
            {
                Collect(prefix + name + ".", value.GetObject(), leaves);
            }
            else
            {
                leaves[prefix + name] = value.GetString() ?? "";
            }
        }
    }

    private static bool TryUnits(string text, Dictionary<string, long> units, out decimal total)
    {
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        total = 0;
        if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || digits > 12 || !units.TryGetValue(text[digits..].Trim(), out var unit))
        {
            return false;
        }

        total = decimal.Truncate(number * unit);
        return true;
    }

    private static string Show(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => $"{span.TotalMilliseconds}ms",
        { TotalSeconds: < 60 } => $"{span.TotalSeconds}s",
        { TotalMinutes: < 60 } => $"{span.TotalMinutes}m",
        { TotalHours: < 24 } => $"{span.TotalHours}h",
        _ => $"{span.TotalDays}d",
    };
}
