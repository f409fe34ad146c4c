using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>
/// Reads and writes values of OVSDB columns (RFC 7047 section 5.1): an atom stands for a set of one, ["set", […]] for any
/// other set, ["map", [[key, value], …]] for a map, ["uuid", "…"] for a reference.
/// </summary>
internal static class OvsdbValue
{
    /// <summary>The atoms of a set, as text; a missing column has none.</summary>
    public static IEnumerable<string> Atoms(JsonElement row, string column)
    {
        if (!row.TryGetProperty(column, out var value))
        {
            return [];
        }

        return IsTagged(value, "set") ? value[1].EnumerateArray().Select(Atom) : [Atom(value)];
    }

    /// <summary>The only atom of a column; empty when there's none.</summary>
    public static string Text(JsonElement row, string column) => Atoms(row, column).FirstOrDefault() ?? "";

    /// <summary>The only integer of a column; null when there's none.</summary>
    public static long? Integer(JsonElement row, string column) =>
        long.TryParse(Text(row, column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool Flag(JsonElement row, string column) => Text(row, column) == "true";

    public static ImmutableArray<Guid> References(JsonElement row, string column) => [.. Atoms(row, column).Select(Guid.Parse)];

    public static Guid? Reference(JsonElement row, string column) => References(row, column) is [var first, ..] ? first : null;

    public static ImmutableArray<int> Integers(JsonElement row, string column) =>
        [.. Atoms(row, column).Select(a => int.Parse(a, CultureInfo.InvariantCulture))];

    public static ImmutableSortedDictionary<string, string> Map(JsonElement row, string column)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (row.TryGetProperty(column, out var value) && IsTagged(value, "map"))
        {
            foreach (var pair in value[1].EnumerateArray())
            {
                map[Atom(pair[0])] = Atom(pair[1]);
            }
        }

        return map.ToImmutable();
    }

    /// <summary>A reference to a row of the database.</summary>
    public static JsonArray Row(Guid uuid) => ["uuid", uuid.ToString()];

    /// <summary>A reference to a row that the same transaction inserts under a name.</summary>
    public static JsonArray NewRow(string name) => ["named-uuid", name];

    public static JsonArray Set(params IEnumerable<JsonNode> atoms) => ["set", new JsonArray([.. atoms])];

    public static JsonArray Map(params IEnumerable<(string Key, string Value)> pairs) =>
        ["map", new JsonArray([.. pairs.Select(p => new JsonArray(p.Key, p.Value))])];

    private static string Atom(JsonElement value)
    {
        if (IsTagged(value, "uuid"))
        {
            return value[1].GetString()!;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new JsonException($"an OVSDB atom was expected, not {value.GetRawText()}"),
        };
    }

    private static bool IsTagged(JsonElement value, string tag) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
        && value[0].ValueKind == JsonValueKind.String && value[0].ValueEquals(tag);
}
