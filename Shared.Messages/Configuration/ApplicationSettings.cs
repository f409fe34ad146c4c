using System.Globalization;

namespace Shared.Messages.Configuration;

/// <summary>Reads what <c>skydive.flow</c> says of applications.</summary>
internal static class ApplicationSettings
{
    private const int MaximumNames = 255;
    private const int MaximumNameLength = 32;

    // Each takes a list of every flow table.
    private const int MaximumTimeouts = 14;

    /// <summary>Names by port. A port whose name is empty has none, also where the defaults give it one.</summary>
    public static ApplicationPortOptions Ports(SectionReader section)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return new ApplicationPortOptions(Ports(section.Section("tcp"), names), Ports(section.Section("udp"), names));
    }

    /// <summary>Timeouts by the application's name.</summary>
    public static IReadOnlyDictionary<string, TimeSpan> Timeouts(SectionReader section)
    {
        var timeouts = new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in section.Keys())
        {
            if (!timeouts.TryAdd(name, section.Duration(name, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(30))))
            {
                throw new SkydiveConfigException(section.PathOf(name), section.Text(name), "is there twice: upper and lower case are the same");
            }

            if (timeouts.Values.Distinct().Count() > MaximumTimeouts)
            {
                throw new SkydiveConfigException(section.PathOf(name), section.Text(name), $"is one too many: there can be {MaximumTimeouts} different durations");
            }
        }
        return timeouts;
    }

    private static Dictionary<int, string> Ports(SectionReader section, HashSet<string> names)
    {
        var ports = new Dictionary<int, string>();
        foreach (var key in section.Keys())
        {
            var name = section.Text(key);
            if (!ushort.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                throw new SkydiveConfigException(section.PathOf(key), name, "should be named by a port, 1 to 65535");
            }

            if (name.Length == 0)
            {
                continue;
            }

            if (name.Length > MaximumNameLength || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/'))
            {
                throw new SkydiveConfigException(section.PathOf(key), name, $"should be at most {MaximumNameLength} letters, digits, '-', '_', '.' and '/'");
            }

            if (names.Add(name) && names.Count > MaximumNames)
            {
                throw new SkydiveConfigException(section.PathOf(key), name, $"is one too many: there can be {MaximumNames} different names");
            }

            ports[port] = name;
        }
        return ports;
    }
}
