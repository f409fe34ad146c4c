using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>The Open_vSwitch database as far as it is monitored, at one moment. Immutable; no I/O.</summary>
internal sealed record OvsTables
{
    public static readonly ImmutableSortedDictionary<string, string> NoMap =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static readonly OvsTables Empty = new();

    /// <summary>Unix milliseconds since when nobody answers, and this is how it was then; 0: it's as it is now.</summary>
    public long StaleSince { get; init; }

    public ImmutableDictionary<Guid, OvsBridge> Bridges { get; private init; } = ImmutableDictionary<Guid, OvsBridge>.Empty;

    public ImmutableDictionary<Guid, OvsPort> Ports { get; private init; } = ImmutableDictionary<Guid, OvsPort>.Empty;

    public ImmutableDictionary<Guid, OvsInterface> Interfaces { get; private init; } = ImmutableDictionary<Guid, OvsInterface>.Empty;

    public ImmutableDictionary<Guid, OvsMirror> Mirrors { get; private init; } = ImmutableDictionary<Guid, OvsMirror>.Empty;

    public ImmutableDictionary<Guid, OvsSflow> Sflows { get; private init; } = ImmutableDictionary<Guid, OvsSflow>.Empty;

    public ImmutableDictionary<Guid, OvsRoot> Root { get; private init; } = ImmutableDictionary<Guid, OvsRoot>.Empty;

    public OvsBridge? Bridge(string name) => Bridges.Values.FirstOrDefault(b => b.Name == name);

    public OvsInterface? Interface(string name) => Interfaces.Values.FirstOrDefault(i => i.Name == name);

    /// <summary>The tables and columns to monitor: a RFC 7047 monitor-requests object.</summary>
    public static JsonObject MonitorRequests() => new()
    {
        ["Open_vSwitch"] = Request(OvsRoot.Columns),
        ["Bridge"] = Request(OvsBridge.Columns),
        ["Port"] = Request(OvsPort.Columns),
        ["Interface"] = Request(OvsInterface.Columns),
        ["Mirror"] = Request(OvsMirror.Columns),
        ["sFlow"] = Request(OvsSflow.Columns),
    };

    /// <summary>The tables after a table-updates object (RFC 7047 section 4.1.6). Tables not asked for are ignored.</summary>
    /// <exception cref="JsonException">The server's message isn't one.</exception>
    public OvsTables Apply(JsonElement updates)
    {
        var tables = this;
        foreach (var table in updates.EnumerateObject())
        {
            tables = table.Name switch
            {
                "Open_vSwitch" => tables with { Root = Apply(tables.Root, table.Value, OvsRoot.Read) },
                "Bridge" => tables with { Bridges = Apply(tables.Bridges, table.Value, OvsBridge.Read) },
                "Port" => tables with { Ports = Apply(tables.Ports, table.Value, OvsPort.Read) },
                "Interface" => tables with { Interfaces = Apply(tables.Interfaces, table.Value, OvsInterface.Read) },
                "Mirror" => tables with { Mirrors = Apply(tables.Mirrors, table.Value, OvsMirror.Read) },
                "sFlow" => tables with { Sflows = Apply(tables.Sflows, table.Value, OvsSflow.Read) },
                _ => tables,
            };
        }

        return tables;
    }

    private static ImmutableDictionary<Guid, T> Apply<T>(ImmutableDictionary<Guid, T> rows, JsonElement changes, Func<Guid, JsonElement, T> read)
    {
        var builder = rows.ToBuilder();
        foreach (var change in changes.EnumerateObject())
        {
            var uuid = Guid.Parse(change.Name);
            if (change.Value.TryGetProperty("new", out var row))
            {
                builder[uuid] = read(uuid, row);
            }
            else
            {
                builder.Remove(uuid);
            }
        }

        return builder.ToImmutable();
    }

    private static JsonObject Request(IReadOnlyList<string> columns) => new() { ["columns"] = new JsonArray([.. columns]) };
}

/// <summary>OVSDB probe -> topology: the database as it is, or as it was when it was last heard; empty when Open vSwitch never ran.</summary>
internal sealed record OvsChanged(OvsTables Tables);
