using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>The server answered a call with an error, or a transaction failed.</summary>
internal sealed class OvsdbException(string message) : Exception(message);

/// <summary>
/// A JSON-RPC connection to an OVSDB server (RFC 7047 section 4) on its unix socket: calls, the server's notifications,
/// and answers to its echo requests. Calls may be made from any thread; one <see cref="RunAsync"/> reads.
/// </summary>
internal sealed class OvsdbConnection : IAsyncDisposable
{
    /// <summary>Largest message accepted: a database of tens of thousands of ports is a tenth of it.</summary>
    private const int MaxMessage = 256 << 20;

    private readonly NetworkStream _stream;
    private readonly Action<string, JsonElement> _notified;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1);
    private long _lastCall;
    private volatile Exception? _end;

    private OvsdbConnection(Socket socket, Action<string, JsonElement> notified)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _notified = notified;
    }

    /// <param name="path">Of the socket.</param>
    /// <param name="notified">Takes the server's notifications: method and params. Called by <see cref="RunAsync"/>, in order.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<OvsdbConnection> ConnectAsync(
        string path, Action<string, JsonElement> notified, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new OvsdbConnection(socket, notified);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads until the connection ends, which is an <see cref="IOException"/>, or is cancelled. Fails the open calls then.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Exception end = new IOException("the OVSDB server closed the connection");
        try
        {
            var framer = new JsonFramer(MaxMessage);
            var buffer = new byte[16 * 1024];
            for (int count; (count = await _stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                for (var rest = buffer.AsMemory(0, count); TryRead(framer, ref rest, out var message);)
                {
                    await TakeAsync(message, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            end = e;
            throw;
        }
        finally
        {
            _end = end;
            foreach (var call in _calls.Values)
            {
                call.TrySetException(end);
            }
        }

        throw end;
    }

    /// <summary>Calls a method and gives its result.</summary>
    /// <exception cref="OvsdbException">The server refused.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonArray parameters, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = _calls.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_end is { } end)
        {
            call.TrySetException(end); // it ended before the call was there to fail with the others
        }

        try
        {
            await SendAsync(new JsonObject { ["method"] = method, ["params"] = parameters, ["id"] = id }, cancellation).ConfigureAwait(false);
            return await call.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
    }

    /// <summary>Runs operations on the Open_vSwitch database: all, or none (RFC 7047 section 4.1.3).</summary>
    /// <returns>The result of each operation.</returns>
    /// <exception cref="OvsdbException">An operation, or the commit, failed: the server's words.</exception>
    public async Task<JsonElement> TransactAsync(IEnumerable<JsonObject> operations, CancellationToken cancellation)
    {
        var results = await CallAsync("transact", ["Open_vSwitch", .. operations], cancellation).ConfigureAwait(false);
        foreach (var result in results.EnumerateArray())
        {
            if (result.ValueKind == JsonValueKind.Object && result.TryGetProperty("error", out var error))
            {
                var details = result.TryGetProperty("details", out var text) ? $": {text}" : "";
                throw new OvsdbException($"Open vSwitch refused the change: {error}{details}");
            }
        }

        return results;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _sending.Dispose();
    }

    private static bool TryRead(JsonFramer framer, ref Memory<byte> rest, out JsonElement message)
    {
        ReadOnlySpan<byte> input = rest.Span;
        var whole = framer.TryRead(ref input, out var found);
        rest = rest[(rest.Length - input.Length)..];
        if (!whole)
        {
            message = default;
            return false;
        }

        using var document = JsonDocument.Parse(found);
        message = document.RootElement.Clone();
        return true;
    }

    private async ValueTask TakeAsync(JsonElement message, CancellationToken cancellation)
    {
        var hasId = message.TryGetProperty("id", out var id) && id.ValueKind != JsonValueKind.Null;
        if (message.TryGetProperty("method", out var method))
        {
            var parameters = message.GetProperty("params");
            if (!hasId)
            {
                _notified(method.GetString()!, parameters);
            }
            else if (method.ValueEquals("echo"))
            {
                var answer = new JsonObject
                {
                    ["result"] = JsonNode.Parse(parameters.GetRawText()),
                    ["error"] = null,
                    ["id"] = JsonNode.Parse(id.GetRawText()),
                };
                await SendAsync(answer, cancellation).ConfigureAwait(false);
            }
        }
        else if (hasId && id.TryGetInt64(out var number) && _calls.TryGetValue(number, out var call))
        {
            if (message.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
            {
                call.TrySetException(new OvsdbException($"Open vSwitch's database refused: {error.GetRawText()}"));
            }
            else
            {
                call.TrySetResult(message.GetProperty("result"));
            }
        }
    }

    private async Task SendAsync(JsonObject message, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message);
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }
}
