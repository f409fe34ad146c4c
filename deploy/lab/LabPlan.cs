using System.Globalization;
using Lab.Network;

namespace Lab;

/// <summary>What a machine of the lab is for.</summary>
internal enum MachineRole
{
    Underlay,
    Database,
    Analyzer,
    Agent,
}

/// <summary>A machine of the lab.</summary>
/// <param name="Name">Its name, by which commands know it.</param>
/// <param name="Role">What it's for.</param>
/// <param name="Address">Its address on the underlay; empty for the underlay itself.</param>
internal sealed record Machine(string Name, MachineRole Role, string Address);

/// <summary>How the lab is to be.</summary>
internal sealed record LabPlan
{
    public const int MostAnalyzers = 9;
    public const int MostAgents = 200;
    public const string Database = "database";
    public const string DatabaseAddress = "192.168.50.5";
    private const string Underlay = "underlay";

    /// <summary>How many analyzers.</summary>
    public int Analyzers { get; init; } = 1;

    /// <summary>How many agents.</summary>
    public int Agents { get; init; } = 2;

    /// <summary>The tunnel between the agents' br0; null: hosts and cluster alone, without the tutorial's network.</summary>
    public TunnelKind? Tunnel { get; init; }

    /// <summary>Agents' hosts have nothing but eth1, no Open vSwitch: what many of them can afford.</summary>
    public bool IsLight { get; init; }

    /// <summary>The port of 127.0.0.1 that leads to the first analyzer's API and page; the next ones' follow.</summary>
    public required int HttpPort { get; init; }

    /// <summary>The port of 127.0.0.1 that leads to the first analyzer's console; the next ones' follow.</summary>
    public required int PbmPort { get; init; }

    /// <summary>A connection string for the analyzers' journal; null: a SQLite file in the lab's folder, or a database of the lab's own where analyzers share it.</summary>
    public string? Postgres { get; init; }

    /// <summary>The tunnel's name, "none" without one.</summary>
    public string TunnelName => Tunnel?.ToString() ?? "none";

    /// <summary>The lab has a machine for its database.</summary>
    public bool HasDatabase => Postgres is null && Analyzers > 1;

    public IEnumerable<Machine> Machines =>
    [
        new(Underlay, MachineRole.Underlay, ""),
        .. HasDatabase ? [new Machine(Database, MachineRole.Database, DatabaseAddress)] : Array.Empty<Machine>(),
        .. Enumerable.Range(1, Analyzers).Select(n => new Machine(Analyzers == 1 ? "analyzer" : Numbered("analyzer", n), MachineRole.Analyzer, Address(9 + n))),
        .. Enumerable.Range(1, Agents).Select(n => new Machine(Numbered("agent", n), MachineRole.Agent, AgentAddress(n))),
    ];

    public IReadOnlyList<Machine> Of(MachineRole role) => [.. Machines.Where(machine => machine.Role == role)];

    /// <summary>Address of the agent of that number, from 1.</summary>
    public static string AgentAddress(int number) => Address(number == 1 ? 20 : 28 + number);

    /// <summary>What a machine of that name is for.</summary>
    public static MachineRole RoleOf(string name) => name switch
    {
        Underlay => MachineRole.Underlay,
        Database => MachineRole.Database,
        _ => name.StartsWith("analyzer", StringComparison.Ordinal) ? MachineRole.Analyzer : MachineRole.Agent,
    };

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}{number}");

    private static string Address(int last) => string.Create(CultureInfo.InvariantCulture, $"192.168.50.{last}");
}
