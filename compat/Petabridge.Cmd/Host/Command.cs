namespace Petabridge.Cmd;

/// <summary>A command as the user gave it.</summary>
public sealed class Command
{
    internal Command(string palette, string name, IReadOnlyList<Tuple<string, string>> arguments)
    {
        Palette = palette;
        Name = name;
        Arguments = arguments;
    }

    public string Palette { get; }

    public string Name { get; }

    /// <summary>Switches and their values, in the order given.</summary>
    public IReadOnlyList<Tuple<string, string>> Arguments { get; }

    public override string ToString() => string.Join(' ', new[] { Palette, Name }.Concat(Arguments.SelectMany(a => new[] { a.Item1, a.Item2 })));
}

/// <summary>A command's arguments by name instead of by switch.</summary>
public sealed class CommandArguments
{
    private readonly ILookup<string, string> _values;

    internal CommandArguments(CommandDefinition definition, Command command) => _values = command.Arguments.ToLookup(
        given => definition.Arguments.First(a => a.Switch.Contains(given.Item1, StringComparer.Ordinal)).Name, given => given.Item2, StringComparer.Ordinal);

    /// <summary>The values given for an argument; none if it wasn't given.</summary>
    public IEnumerable<string> ArgumentValues(string name) => _values[name];
}

/// <summary>Text for the user. Unless it is final, more will come.</summary>
public class CommandResponse
{
    /// <summary>No text; the end.</summary>
    public static readonly CommandResponse Empty = new("");

    public CommandResponse(string msg, bool final = true)
    {
        Msg = msg;
        Final = final;
    }

    public string Msg { get; }

    public bool Final { get; }

    public override string ToString() => Msg;
}

/// <summary>The command failed; the text says why.</summary>
public sealed class ErroredCommandResponse : CommandResponse
{
    public ErroredCommandResponse(string msg, bool final = true) : base(msg, final)
    {
    }
}
