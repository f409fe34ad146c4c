namespace Topology.Fabric.Gremlin.Language;

/// <summary>What someone may have meant by a name there isn't.</summary>
internal static class NearestName
{
    /// <summary>Longer words are near to nothing.</summary>
    private const int LongestName = 32;

    /// <summary>", did you mean Has?": the nearest name; nothing for what's too long to be one.</summary>
    public static string Suggestion(IEnumerable<string> names, string name) => name.Length > LongestName
        ? ""
        : $", did you mean {names.MinBy(candidate => Distance(candidate.ToUpperInvariant(), name.ToUpperInvariant()))}?";

    // Levenshtein's distance.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
