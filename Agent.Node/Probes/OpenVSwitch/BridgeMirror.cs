using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>
/// The way to a bridge's whole traffic (capture type ovsmirror): a mirror of everything to an internal port made for it.
/// What's made is marked with the capture's id, so that it can be told from the user's own, and removed after a crash.
/// Open vSwitch never mirrors what leaves by the mirror's output port and drops what enters there.
/// </summary>
internal static class BridgeMirror
{
    /// <summary>Key in external_ids of every row made for a capture; its value is the capture's id.</summary>
    public const string Mark = "skydive-capture";

    private const string PortPrefix = "skm";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Name of the port for a capture on a bridge: at most 15 characters, stable.</summary>
    public static string PortName(string bridge, string captureId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{bridge}/{captureId}"));
        return PortPrefix + Convert.ToHexStringLower(hash.AsSpan(0, 6));
    }

    /// <summary>Whether an interface's name is one of <see cref="PortName"/>'s: netlink may see it before OVSDB tells whose it is.</summary>
    public static bool IsPortName(string name) =>
        name.Length == PortPrefix.Length + 12 && name.StartsWith(PortPrefix, StringComparison.Ordinal)
        && name.AsSpan(PortPrefix.Length).IndexOfAnyExcept(Digits) < 0;

    public static bool IsOurs(OvsPort port) => port.ExternalIds.ContainsKey(Mark);

    public static bool IsOurs(OvsInterface port) => port.ExternalIds.ContainsKey(Mark);

    /// <summary>The transaction that makes port and mirror.</summary>
    public static IReadOnlyList<JsonObject> Start(OvsBridge bridge, string captureId)
    {
        var name = PortName(bridge.Name, captureId);
        JsonObject Row(params IEnumerable<(string Column, JsonNode Value)> columns)
        {
            var row = new JsonObject { ["name"] = name, ["external_ids"] = OvsdbValue.Map((Mark, captureId)) };
            foreach (var (column, value) in columns)
            {
                row[column] = value;
            }

            return row;
        }

        return
        [
            Insert("Interface", "interface", Row(("type", "internal"))),
            Insert("Port", "port", Row(("interfaces", OvsdbValue.NewRow("interface")))),
            Insert("Mirror", "mirror", Row(("select_all", true), ("output_port", OvsdbValue.NewRow("port")))),
            ChangeBridge(bridge.Uuid, "insert", [OvsdbValue.NewRow("port")], [OvsdbValue.NewRow("mirror")]),
        ];
    }

    /// <summary>The transaction that takes away what was made on a bridge for captures, but for those to keep; empty when there's nothing.</summary>
    public static IReadOnlyList<JsonObject> Remove(OvsTables tables, string bridge, IReadOnlySet<string> keep) =>
        Remove(tables, b => b.Name == bridge, marked => !keep.Contains(marked));

    /// <summary>The transaction that takes away everything ever made for captures; empty when there's nothing.</summary>
    public static IReadOnlyList<JsonObject> RemoveAll(OvsTables tables) => Remove(tables, _ => true, _ => true);

    internal static JsonObject Insert(string table, string name, JsonObject row) => new()
    {
        ["op"] = "insert",
        ["table"] = table,
        ["uuid-name"] = name,
        ["row"] = row,
    };

    internal static JsonArray WhereUuid(Guid uuid) => [new JsonArray("_uuid", "==", OvsdbValue.Row(uuid))];

    // Ports and mirrors that no bridge refers to are deleted by the database itself.
    private static List<JsonObject> Remove(OvsTables tables, Func<OvsBridge, bool> isBridge, Func<string, bool> isMeant)
    {
        var operations = new List<JsonObject>();
        foreach (var bridge in tables.Bridges.Values.Where(isBridge))
        {
            var ports = bridge.Ports.Where(p => tables.Ports.TryGetValue(p, out var port) && Meant(port.ExternalIds)).ToList();
            var mirrors = bridge.Mirrors.Where(m => tables.Mirrors.TryGetValue(m, out var mirror) && Meant(mirror.ExternalIds)).ToList();
            if (ports.Count > 0 || mirrors.Count > 0)
            {
                operations.Add(ChangeBridge(bridge.Uuid, "delete", ports.Select(OvsdbValue.Row), mirrors.Select(OvsdbValue.Row)));
            }
        }

        return operations;

        bool Meant(IReadOnlyDictionary<string, string> ids) => ids.TryGetValue(Mark, out var marked) && isMeant(marked);
    }

    private static JsonObject ChangeBridge(Guid bridge, string mutator, IEnumerable<JsonNode> ports, IEnumerable<JsonNode> mirrors) => new()
    {
        ["op"] = "mutate",
        ["table"] = "Bridge",
        ["where"] = WhereUuid(bridge),
        ["mutations"] = new JsonArray(
            new JsonArray("ports", mutator, OvsdbValue.Set(ports)), new JsonArray("mirrors", mutator, OvsdbValue.Set(mirrors))),
    };
}
