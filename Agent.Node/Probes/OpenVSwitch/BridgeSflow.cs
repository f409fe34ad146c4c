using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>
/// The other way to a bridge's traffic (capture type ovssflow): its sFlow exporter, told to send samples to the agent. A bridge has one
/// exporter: one that isn't ours is left alone.
/// </summary>
internal static class BridgeSflow
{
    /// <summary>The transaction that points the bridge's exporter to <paramref name="target"/>.</summary>
    /// <param name="tables">The database now.</param>
    /// <param name="bridge">To sample.</param>
    /// <param name="captureId">Marks the row.</param>
    /// <param name="target">"127.0.0.1:6345".</param>
    /// <param name="sampling">One packet in this many.</param>
    /// <param name="headerSize">Bytes of each sampled packet.</param>
    /// <param name="polling">Seconds between counter samples; 0 for none.</param>
    /// <exception cref="OvsdbException">The bridge exports sFlow elsewhere already.</exception>
    public static IReadOnlyList<JsonObject> Start(
        OvsTables tables, OvsBridge bridge, string captureId, string target, int sampling, int headerSize, int polling)
    {
        if (bridge.Sflow is { } present && tables.Sflows.TryGetValue(present, out var sflow)
            && sflow.ExternalIds.GetValueOrDefault(BridgeMirror.Mark) != captureId)
        {
            var owner = sflow.ExternalIds.GetValueOrDefault(BridgeMirror.Mark) is { } other ? $"capture {other}" : string.Join(", ", sflow.Targets);
            throw new OvsdbException($"bridge {bridge.Name} has one sFlow exporter, which serves {owner}");
        }

        return
        [
            BridgeMirror.Insert("sFlow", "sflow", new JsonObject
            {
                ["targets"] = target,
                ["agent"] = "lo",
                ["sampling"] = sampling,
                ["header"] = headerSize,
                ["polling"] = polling,
                ["external_ids"] = OvsdbValue.Map((BridgeMirror.Mark, captureId)),
            }),
            SetSflow(bridge.Uuid, OvsdbValue.NewRow("sflow")),
        ];
    }

    /// <summary>The transaction that takes a bridge's exporter away when it was made for a capture not to keep; empty when there's none.</summary>
    public static IReadOnlyList<JsonObject> Remove(OvsTables tables, string bridge, IReadOnlySet<string> keep) =>
        Remove(tables, b => b.Name == bridge, marked => !keep.Contains(marked));

    /// <summary>The transaction that takes away every exporter made for captures; empty when there are none.</summary>
    public static IReadOnlyList<JsonObject> RemoveAll(OvsTables tables) => Remove(tables, _ => true, _ => true);

    private static List<JsonObject> Remove(OvsTables tables, Func<OvsBridge, bool> isBridge, Func<string, bool> isMeant) =>
    [
        .. tables.Bridges.Values
            .Where(b => isBridge(b) && b.Sflow is { } uuid && tables.Sflows.TryGetValue(uuid, out var sflow)
                && sflow.ExternalIds.TryGetValue(BridgeMirror.Mark, out var marked) && isMeant(marked))
            .Select(b => SetSflow(b.Uuid, OvsdbValue.Set())),
    ];

    private static JsonObject SetSflow(Guid bridge, JsonNode sflow) => new()
    {
        ["op"] = "update",
        ["table"] = "Bridge",
        ["where"] = BridgeMirror.WhereUuid(bridge),
        ["row"] = new JsonObject { ["sflow"] = sflow },
    };
}
