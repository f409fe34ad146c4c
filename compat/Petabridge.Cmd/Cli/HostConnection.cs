using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Petabridge.Cmd.Protocol;

namespace Petabridge.Cmd.Cli;

/// <summary>A connection with a host.</summary>
internal sealed class HostConnection : IDisposable
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpClient _client;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private HostConnection(TcpClient client, Stream stream)
    {
        _client = client;
        _reader = new StreamReader(stream, Encoding.UTF8);
        _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n", AutoFlush = true };
    }

    public static async Task<HostConnection> OpenAsync(string host, int port)
    {
        var client = new TcpClient();
        try
        {
            using var timeout = new CancellationTokenSource(s_connectTimeout);
            await client.ConnectAsync(host, port, timeout.Token);
            return new HostConnection(client, await Login.OpenAsync(client, host, timeout.Token));
        }
        catch (OperationCanceledException)
        {
            client.Dispose();
            throw new TimeoutException($"no connection within {s_connectTimeout.TotalSeconds:0} s.");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The host's answers, up to the final one.</summary>
    public async IAsyncEnumerable<CmdReply> AskAsync(CmdRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await _writer.WriteLineAsync(JsonSerializer.Serialize(request, CmdJson.Default.CmdRequest).AsMemory(), cancellation);
        while (true)
        {
            var line = await _reader.ReadLineAsync(cancellation) ?? throw new IOException("the connection was closed before the answer was complete.");
            CmdReply? reply;
            try
            {
                reply = JsonSerializer.Deserialize(line, CmdJson.Default.CmdReply);
            }
            catch (JsonException e)
            {
                throw new IOException($"what answers there doesn't speak this protocol ({e.Message})", e);
            }

            if (reply is null)
            {
                throw new IOException("the answer is empty.");
            }

            yield return reply;
            if (reply.Final)
            {
                yield break;
            }
        }
    }

    public void Dispose() => _client.Dispose();
}
