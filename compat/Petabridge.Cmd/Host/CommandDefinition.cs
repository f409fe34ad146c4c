namespace Petabridge.Cmd;

/// <summary>An argument that a command takes, by one of its switches.</summary>
public sealed class ArgumentDefinition
{
    internal ArgumentDefinition(string name, IReadOnlyList<string> switches, string description, bool isMandatory, IReadOnlyList<string> defaultValues)
    {
        Name = name;
        Switch = switches;
        Description = description;
        IsMandatory = isMandatory;
        DefaultValues = defaultValues;
    }

    public string Name { get; }

    /// <summary>The switches, any of which says that this argument's value follows.</summary>
    public IReadOnlyList<string> Switch { get; }

    public string Description { get; }

    public bool IsMandatory { get; }

    /// <summary>Values that are offered to the user.</summary>
    public IReadOnlyList<string> DefaultValues { get; }
}

/// <summary>A command: its name, what it does and what arguments it takes.</summary>
public sealed class CommandDefinition
{
    internal CommandDefinition(string name, string description, IReadOnlyList<ArgumentDefinition> arguments)
    {
        Name = name;
        Description = description;
        Arguments = arguments;
        ArgumentsByName = arguments.ToDictionary(a => a.Name, StringComparer.Ordinal);
    }

    public string Name { get; }

    public string Description { get; }

    public IReadOnlyList<ArgumentDefinition> Arguments { get; }

    public IReadOnlyDictionary<string, ArgumentDefinition> ArgumentsByName { get; }
}

/// <summary>Puts an argument's definition together.</summary>
public sealed class ArgumentDefinitionBuilder
{
    private readonly List<string> _switches = [];
    private readonly List<string> _defaultValues = [];
    private string _name = "";
    private string _description = "";
    private bool _isMandatory;

    public ArgumentDefinitionBuilder WithName(string name)
    {
        _name = name;
        return this;
    }

    public ArgumentDefinitionBuilder WithDescription(string description)
    {
        _description = description;
        return this;
    }

    /// <summary>Adds a switch, as "-r" or "--role".</summary>
    public ArgumentDefinitionBuilder WithSwitch(string argumentSwitch)
    {
        _switches.Add(argumentSwitch);
        return this;
    }

    public ArgumentDefinitionBuilder IsMandatory(bool isMandatory)
    {
        _isMandatory = isMandatory;
        return this;
    }

    public ArgumentDefinitionBuilder WithDefaultValues(params string[] defaultValues)
    {
        _defaultValues.AddRange(defaultValues);
        return this;
    }

    internal ArgumentDefinition Build(string command)
    {
        if (_name.Length == 0)
        {
            throw new ArgumentException($"An argument of the command '{command}' has no name.");
        }

        if (_switches.Count == 0)
        {
            throw new ArgumentException($"The argument '{_name}' of the command '{command}' has no switch.");
        }

        return new ArgumentDefinition(_name, _switches, _description, _isMandatory, _defaultValues);
    }
}

/// <summary>Puts a command's definition together.</summary>
public sealed class CommandDefinitionBuilder
{
    private readonly List<Func<ArgumentDefinitionBuilder, ArgumentDefinitionBuilder>> _arguments = [];
    private string _name = "";
    private string _description = "";

    public CommandDefinitionBuilder WithName(string name)
    {
        _name = name;
        return this;
    }

    public CommandDefinitionBuilder WithDescription(string description)
    {
        _description = description;
        return this;
    }

    public CommandDefinitionBuilder WithArgument(Func<ArgumentDefinitionBuilder, ArgumentDefinitionBuilder> argument)
    {
        _arguments.Add(argument);
        return this;
    }

    /// <exception cref="ArgumentException">A name or a switch is missing, or given twice.</exception>
    public CommandDefinition Build()
    {
        if (_name.Length == 0)
        {
            throw new ArgumentException("A command has no name.");
        }

        var arguments = _arguments.Select(build => build(new ArgumentDefinitionBuilder()).Build(_name)).ToList();
        var twice = arguments.SelectMany(a => a.Switch).GroupBy(s => s, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? new CommandDefinition(_name, _description, arguments)
            : throw new ArgumentException($"Two arguments of the command '{_name}' have the switch '{twice.Key}'.");
    }
}

/// <summary>Commands that belong together, under the name that comes first on the command line.</summary>
public sealed class CommandPalette
{
    public CommandPalette(string moduleName, IEnumerable<CommandDefinition> commands)
    {
        ModuleName = moduleName;
        Commands = [.. commands];
        CommandsByName = Commands.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    public string ModuleName { get; }

    public IReadOnlyList<CommandDefinition> Commands { get; }

    public IReadOnlyDictionary<string, CommandDefinition> CommandsByName { get; }
}
