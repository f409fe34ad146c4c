using System.Text;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Tutorial;

/// <summary>A step of a page: a block of commands, and what the page says they print.</summary>
/// <param name="Commands">The block, as it stands there.</param>
/// <param name="Output">The block right behind it; null where the page shows nothing.</param>
internal sealed record PageStep(string Commands, string? Output)
{
    /// <summary>It changes nothing, and may be asked again until its answer is there.</summary>
    public bool IsQuestion => Commands.Split('\n', StringSplitOptions.RemoveEmptyEntries).All(line => line.StartsWith("./skydive client query ", StringComparison.Ordinal));
}

/// <summary>docs/tutorial.md.</summary>
internal static partial class TutorialPage
{
    /// <summary>The steps in the page's order.</summary>
    public static IReadOnlyList<PageStep> Steps(string page) =>
        [.. Step().Matches(page).Select(step => new PageStep(step.Groups["commands"].Value, step.Groups["output"] is { Success: true } output ? output.Value : null))];

    [GeneratedRegex("```sh\n(?<commands>.*?)```\n(?:\n```(?:json)?\n(?<output>.*?)```\n)?", RegexOptions.Singleline)]
    private static partial Regex Step();
}

/// <summary>
/// Compares what a page shows with what was printed. On the page … stands for anything: a line of its own for any number of lines. An
/// identifier stands for any, but wherever the page shows the same one the same must have been printed.
/// </summary>
internal sealed partial class ShownOutput
{
    private readonly Dictionary<string, string> _identifiers = [];

    /// <summary>Null when it fits; else what doesn't.</summary>
    public string? Difference(string shown, string printed)
    {
        var (pattern, identifiers) = Pattern(shown);
        var match = Regex.Match(printed, pattern, RegexOptions.Singleline | RegexOptions.NonBacktracking);
        // NonBacktracking has no references back, so equal ones are compared here.
        if (!match.Success)
        {
            return $"the page shows\n{shown}\nbut this was printed:\n{printed}";
        }

        var found = new Dictionary<string, string>(_identifiers);
        for (var i = 0; i < identifiers.Count; i++)
        {
            var value = match.Groups[$"id{i}"].Value;
            if (found.GetValueOrDefault(identifiers[i], value) != value)
            {
                return $"{identifiers[i]} on the page was {found[identifiers[i]]} before and is {value} now:\n{printed}";
            }

            if (!found.ContainsKey(identifiers[i]) && found.ContainsValue(value))
            {
                return $"{value} stands for two identifiers of the page, {identifiers[i]} among them:\n{printed}";
            }

            found[identifiers[i]] = value;
        }

        foreach (var (shownId, value) in found)
        {
            _identifiers[shownId] = value;
        }

        return null;
    }

    /// <summary>What was printed where the page shows this identifier.</summary>
    public string ValueOf(string identifier) => _identifiers[identifier];

    private static (string Pattern, IReadOnlyList<string> Identifiers) Pattern(string shown)
    {
        var identifiers = new List<string>();
        var pattern = new StringBuilder("^");
        foreach (var line in shown.TrimEnd().Split('\n'))
        {
            if (line.Trim() == "…")
            {
                pattern.Append("(?:[^\n]*\n)*?");
                continue;
            }

            foreach (var part in Part().Split(line))
            {
                if (part == "…")
                {
                    pattern.Append("[^\n]*?");
                }
                else if (Identifier().IsMatch(part))
                {
                    pattern.Append($"(?<id{identifiers.Count}>[0-9a-f]{{16}})");
                    identifiers.Add(part);
                }
                else
                {
                    pattern.Append(Regex.Escape(part));
                }
            }

            pattern.Append('\n');
        }

        return (pattern.Append("\\s*$").ToString(), identifiers);
    }

    [GeneratedRegex("(…|\\b[0-9a-f]{16}\\b)")]
    private static partial Regex Part();

    [GeneratedRegex("^[0-9a-f]{16}$")]
    private static partial Regex Identifier();
}
