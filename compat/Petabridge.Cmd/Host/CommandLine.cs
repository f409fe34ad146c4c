namespace Petabridge.Cmd.Host;

/// <summary>What the user wrote after palette and command, held against the command's definition.</summary>
internal static class CommandLine
{
    /// <summary>The command, or what's wrong with it.</summary>
    public static (Command? Command, string? Error) Parse(CommandPalette palette, CommandDefinition definition, IReadOnlyList<string> words)
    {
        var switches = definition.Arguments.SelectMany(a => a.Switch.Select(s => (Switch: s, Argument: a))).ToDictionary(s => s.Switch, s => s.Argument, StringComparer.Ordinal);
        var given = new List<Tuple<string, string>>();
        for (var i = 0; i < words.Count; i++)
        {
            if (!switches.ContainsKey(words[i]))
            {
                return (null, $"'{palette.ModuleName} {definition.Name}' has no argument '{words[i]}'. {Usage(palette, definition)}");
            }
            // What looks like a switch of this command is one, and not the value of the switch before it.
            var hasValue = i + 1 < words.Count && !switches.ContainsKey(words[i + 1]);
            given.Add(Tuple.Create(words[i], hasValue ? words[++i] : ""));
        }

        var missing = definition.Arguments.FirstOrDefault(a => a.IsMandatory && !given.Exists(g => a.Switch.Contains(g.Item1, StringComparer.Ordinal)));
        return missing is null
            ? (new Command(palette.ModuleName, definition.Name, given), null)
            : (null, $"'{palette.ModuleName} {definition.Name}' needs the argument {missing.Name}. {Usage(palette, definition)}");
    }

    private static string Usage(CommandPalette palette, CommandDefinition definition) => "Usage: " + string.Join(
        ' ', new[] { palette.ModuleName, definition.Name }.Concat(definition.Arguments.Select(a => a.IsMandatory ? $"{a.Switch[0]} <{a.Name}>" : $"[{a.Switch[0]} <{a.Name}>]")));
}
