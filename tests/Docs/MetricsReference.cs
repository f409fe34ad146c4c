using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Shared.Messages.Telemetry;

namespace SkydiveActors.Docs;

/// <summary>The reference of a program's metrics, made of the instruments it publishes.</summary>
internal static class MetricsReference
{
    /// <summary>The page.</summary>
    /// <param name="role">"agent" or "analyzer".</param>
    /// <param name="source">Where the instruments are defined.</param>
    /// <param name="where">How users get at them.</param>
    public static string Of(string role, string source, string where)
    {
        var page = new StringBuilder()
            .AppendLine(ReferenceDocument.Origin(source))
            .AppendLine(CultureInfo.InvariantCulture, $"# Metrics of the {role}")
            .AppendLine()
            .AppendLine(where)
            .AppendLine()
            .AppendLine("| metric | in Prometheus | kind | unit | meaning |")
            .AppendLine("|---|---|---|---|---|");
        foreach (var instrument in Instruments("skydive." + role))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| `{instrument.Name}` | `{Prometheus(instrument)}` | {Kind(instrument)} | {instrument.Unit?.Trim('{', '}')} | {instrument.Description} |");
        }

        return page.ToString();
    }

    private static IReadOnlyList<Instrument> Instruments(string meter)
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == meter || instrument.Meter.Name == ListenerMetrics.MeterName)
                {
                    found.Add(instrument);
                }
            },
        };
        listener.Start();
        return [.. found.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)];
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0].Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant();

    // Units in braces are words for people and left out of the name.
    private static string Prometheus(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return Kind(instrument) == "counter" ? name + "_total" : name;
    }
}
