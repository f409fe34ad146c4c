using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Agent.Node.Probes.OpenVSwitch;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

/// <summary>An OVSDB server with an empty database, on a unix socket of its own: answers every call with an empty object.</summary>
internal sealed class FakeOvsdb : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fake-ovsdb-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private int _open;

    public FakeOvsdb()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    public string Path => System.IO.Path.Combine(_folder, "db.sock");

    /// <summary>Connections that clients haven't closed.</summary>
    public int Open => Volatile.Read(ref _open);

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                Interlocked.Increment(ref _open);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            var framer = new JsonFramer(1 << 20);
            var buffer = new byte[16 << 10];
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            {
                foreach (var answer in Answers(framer, buffer.AsSpan(0, count)))
                {
                    await stream.WriteAsync(answer);
                }
            }
        }
        catch (IOException)
        {
            // A client that closes without reading all there is resets the connection.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static List<byte[]> Answers(JsonFramer framer, ReadOnlySpan<byte> received)
    {
        var answers = new List<byte[]>();
        while (framer.TryRead(ref received, out var call))
        {
            var id = JsonNode.Parse(call.Span)!["id"]!;
            answers.Add(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id.DeepClone(), ["result"] = new JsonObject(), ["error"] = null }.ToJsonString()));
        }

        return answers;
    }
}
