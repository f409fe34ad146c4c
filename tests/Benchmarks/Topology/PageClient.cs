using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace Benchmarks.Topology;

/// <summary>A node as the page knows it, as far as it's looked at here.</summary>
internal sealed record PageNode(string Type, string Name, long IfIndex, long Mtu, string State, string OperState)
{
    internal static readonly PageNode Unknown = new("", "", 0, 0, "", "");
}

/// <summary>A page's WebSocket: takes the whole graph and its changes as a browser does, and counts them.</summary>
internal sealed class PageClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PageNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _edges = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<TimeSpan> _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _reading = Task.CompletedTask;

    /// <summary>Bytes of the whole graph.</summary>
    internal long WholeBytes { get; private set; }

    /// <summary>Bytes, messages and elements of the changes so far.</summary>
    internal (long Bytes, long Messages, long Elements) Changes { get; private set; }

    /// <summary>Connects, and waits for the whole graph.</summary>
    /// <returns>The client, and how long that took from the first byte sent to the last one here.</returns>
    internal static async Task<(PageClient Page, TimeSpan Took)> OpenAsync(Uri analyzer)
    {
        var page = new PageClient();
        await page._socket.ConnectAsync(new UriBuilder(analyzer) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        page._reading = page.ReadAsync();
        return (page, await await Task.WhenAny(page._whole.Task, Failure(page._reading)));
    }

    /// <summary>What it knows of the nodes.</summary>
    internal T Look<T>(Func<IReadOnlyDictionary<string, PageNode>, T> look)
    {
        lock (_gate)
        {
            return look(_nodes);
        }
    }

    /// <summary>How many edges it knows.</summary>
    internal int EdgeCount
    {
        get
        {
            lock (_gate)
            {
                return _edges.Count;
            }
        }
    }

    /// <summary>Waits until the nodes are so.</summary>
    internal async Task UntilAsync(string what, TimeSpan patience, Func<IReadOnlyDictionary<string, PageNode>, bool> holds)
    {
        var started = Stopwatch.StartNew();
        while (!Look(holds))
        {
            if (_reading.IsCompleted)
            {
                await _reading;
            }

            if (started.Elapsed > patience)
            {
                throw new InvalidOperationException($"after {patience.TotalSeconds:0} s the page doesn't know that {what}; it has {Look(n => n.Count)} nodes");
            }

            await Task.Delay(10);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private static async Task<TimeSpan> Failure(Task reading)
    {
        await reading;
        throw new InvalidOperationException("the analyzer closed the page's socket");
    }

    private async Task ReadAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.GetMemory(1 << 16), _stop.Token);
            buffer.Advance(received.Count);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (received.EndOfMessage)
            {
                Take(buffer.WrittenMemory, _clock.Elapsed);
                buffer.ResetWrittenCount();
            }
        }
    }

    private void Take(ReadOnlyMemory<byte> message, TimeSpan at)
    {
        using var json = JsonDocument.Parse(message);
        lock (_gate)
        {
            switch (json.RootElement.GetProperty("type").GetString())
            {
                case "snapshot":
                    WholeBytes = message.Length;
                    foreach (var node in json.RootElement.GetProperty("nodes").EnumerateArray())
                    {
                        Set(node.GetProperty("ID").GetString()!, PageNode.Unknown, node.GetProperty("Metadata"));
                    }

                    foreach (var edge in json.RootElement.GetProperty("edges").EnumerateArray())
                    {
                        _edges.Add(edge.GetProperty("ID").GetString()!);
                    }

                    _whole.TrySetResult(at);
                    break;
                case "changes":
                    var changes = json.RootElement.GetProperty("changes");
                    Changes = (Changes.Bytes + message.Length, Changes.Messages + 1, Changes.Elements + changes.GetArrayLength());
                    foreach (var change in changes.EnumerateArray())
                    {
                        Take(change);
                    }

                    break;
            }
        }
    }

    private void Take(JsonElement change)
    {
        switch (change.GetProperty("op").GetString())
        {
            case "node":
                var node = change.GetProperty("node");
                Set(node.GetProperty("ID").GetString()!, PageNode.Unknown, node.GetProperty("Metadata"));
                break;
            case "nodeChanged":
                var id = change.GetProperty("id").GetString()!;
                Set(id, _nodes[id], change.GetProperty("set"));
                break;
            case "edge":
                _edges.Add(change.GetProperty("edge").GetProperty("ID").GetString()!);
                break;
            case "nodeDeleted":
                _nodes.Remove(change.GetProperty("id").GetString()!);
                break;
            case "edgeDeleted":
                _edges.Remove(change.GetProperty("id").GetString()!);
                break;
        }
    }

    private void Set(string id, PageNode before, JsonElement fields)
    {
        _nodes[id] = new PageNode(
            Text("Type", before.Type), Text("Name", before.Name), Number("IfIndex", before.IfIndex), Number("MTU", before.Mtu), Text("State", before.State), Text("OperState", before.OperState));

        string Text(string key, string known) => fields.TryGetProperty(key, out var value) ? value.GetString() ?? "" : known;
        long Number(string key, long known) => fields.TryGetProperty(key, out var value) ? value.GetInt64() : known;
    }
}
