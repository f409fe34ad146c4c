using System.Globalization;
using System.Text;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Cluster;

/// <summary>What was measured while things failed, as docs/reference/faults.md, where it's asked for; figures, so none to compare with.</summary>
internal static class FaultTable
{
    private static readonly SortedDictionary<int, string> _rows = [];

    /// <summary>Adds or replaces a row.</summary>
    /// <param name="order">Its place.</param>
    /// <param name="fault">What was done.</param>
    /// <param name="without">Time in which none of the analyzers that were left answered.</param>
    /// <param name="limit">What it may be at most; null: nothing is promised.</param>
    /// <param name="packets">Pings that tcpdump counted, and the flows' counters with it.</param>
    public static void Add(int order, string fault, TimeSpan without, TimeSpan? limit, long packets)
    {
        _rows[order] = string.Create(CultureInfo.InvariantCulture, $"| {fault} | {without.TotalSeconds:0.0} s | {(limit is { } most ? $"{most.TotalSeconds:0} s{(without > most ? ", missed" : "")}" : "")} | {packets:N0} | 0 |");
        if (Environment.GetEnvironmentVariable("SKYDIVE_WRITE_FAULTS") is not { Length: > 0 })
        {
            return;
        }

        var page = new StringBuilder("""
            # What faults cost

            Made by `./skydive test faults`: three analyzers on one PostgreSQL, two agents, pings through a tunnel ten times a second, interfaces that come and
            go, all on one machine with two cores. After each fault all counters were those of a tcpdump beside each capture, the graph was what the hosts
            hold, all analyzers answered the same, and no entity had been written by two.

            *Without answers*: the longest time in which none of the analyzers that were left answered `G.Flows().Count()`.

            | fault | without answers | at most | packets counted | of those missing or twice |
            |---|---|---|---|---|

            """);
        foreach (var row in _rows.Values)
        {
            page.AppendLine(row);
        }

        File.WriteAllText(Path.Combine(Repository.Root, "docs", "reference", "faults.md"), page.ToString());
    }
}
