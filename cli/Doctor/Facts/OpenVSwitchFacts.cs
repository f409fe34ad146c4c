using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Node.Probes.OpenVSwitch;

namespace Cli.Doctor.Facts;

/// <summary>What Open vSwitch's database says.</summary>
/// <param name="Socket">Where it was asked.</param>
/// <param name="State">How it answered.</param>
internal sealed record OpenVSwitchFacts(string Socket, OvsdbState State)
{
    /// <summary>Open vSwitch's version; empty where whoever started it didn't write it down.</summary>
    public string Version { get; init; } = "";

    /// <summary>"netdev", "system": what its daemon says it knows, whether the kernel has its part of it or not; none while it has never run.</summary>
    public IReadOnlyList<string> DatapathTypes { get; init; } = [];

    /// <summary>The bridges there are.</summary>
    public IReadOnlyList<OvsBridgeFacts> Bridges { get; init; } = [];

    /// <summary>Asks the database, and whether it would let itself be changed.</summary>
    public static async Task<OpenVSwitchFacts> AskAsync(string socket, CancellationToken stop)
    {
        if (!File.Exists(socket))
        {
            return new OpenVSwitchFacts(socket, OvsdbState.NotThere);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await using var connection = await OvsdbConnection.ConnectAsync(socket, (_, _) => { }, patience.Token).ConfigureAwait(false);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            var reading = connection.RunAsync(end.Token);
            try
            {
                var rows = await connection.TransactAsync([Select("Open_vSwitch", "ovs_version", "datapath_types"), Select("Bridge", "name", "datapath_type")], patience.Token).ConfigureAwait(false);
                return Read(socket, rows) with { State = await IsWritableAsync(connection, patience.Token).ConfigureAwait(false) ? OvsdbState.Writable : OvsdbState.ReadOnly };
            }
            finally
            {
                await end.CancelAsync().ConfigureAwait(false);
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (SocketException e)
        {
            return new OpenVSwitchFacts(socket, e.SocketErrorCode == SocketError.AccessDenied ? OvsdbState.Forbidden : OvsdbState.Silent);
        }
        catch (Exception e) when (e is IOException or OvsdbException or JsonException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new OpenVSwitchFacts(socket, OvsdbState.Silent);
        }
    }

    /// <summary>The rows of the two selects.</summary>
    public static OpenVSwitchFacts Read(string socket, JsonElement results)
    {
        var root = results[0].GetProperty("rows");
        return new OpenVSwitchFacts(socket, OvsdbState.ReadOnly)
        {
            Version = root.GetArrayLength() > 0 ? OvsdbValue.Text(root[0], "ovs_version") : "",
            DatapathTypes = root.GetArrayLength() > 0 ? [.. OvsdbValue.Atoms(root[0], "datapath_types").Order(StringComparer.Ordinal)] : [],
            Bridges = [.. results[1].GetProperty("rows").EnumerateArray().Select(row => new OvsBridgeFacts(OvsdbValue.Text(row, "name"), OvsdbValue.Text(row, "datapath_type")))],
        };
    }

    private static JsonObject Select(string table, params string[] columns) => new()
    {
        ["op"] = "select",
        ["table"] = table,
        ["where"] = new JsonArray(),
        ["columns"] = new JsonArray([.. columns.Select(column => JsonValue.Create(column))]),
    };

    // Deletes no row: none has this id. A database that may only be read refuses even that.
    private static async Task<bool> IsWritableAsync(OvsdbConnection connection, CancellationToken stop)
    {
        try
        {
            await connection.TransactAsync([new JsonObject { ["op"] = "delete", ["table"] = "Mirror", ["where"] = BridgeMirror.WhereUuid(Guid.Empty) }], stop).ConfigureAwait(false);
            return true;
        }
        catch (OvsdbException)
        {
            return false;
        }
    }
}

/// <summary>A bridge.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DatapathType">"netdev": the userspace datapath; "system" or empty: the kernel's.</param>
internal sealed record OvsBridgeFacts(string Name, string DatapathType)
{
    public bool IsInKernel => DatapathType is "" or "system";
}

/// <summary>How the database answered.</summary>
internal enum OvsdbState
{
    /// <summary>There's no such socket.</summary>
    NotThere,

    /// <summary>This user may not connect to it.</summary>
    Forbidden,

    /// <summary>Nobody listens there, or answers.</summary>
    Silent,

    /// <summary>It may be read only.</summary>
    ReadOnly,

    /// <summary>It may be changed.</summary>
    Writable,
}
