using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Petabridge.Cmd.Protocol;

namespace Petabridge.Cmd.Host;

/// <summary>One client: reads its requests and writes the answers, one after the other.</summary>
internal sealed class CmdConnection(PetabridgeCmd host, Socket socket)
{
    public async Task ServeAsync(CancellationToken stopped)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        try
        {
            while (await ReadLineAsync(reader, stopped).ConfigureAwait(false) is { } line)
            {
                await AnswerAsync(line, writer, stopped).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            host.Log.Debug("A console's connection ended: {0}", e.Message);
        }
        catch (InvalidDataException e)
        {
            host.Log.Warning("A console's connection is closed: {0}", e.Message);
        }
    }

    private async Task AnswerAsync(string line, StreamWriter writer, CancellationToken stopped)
    {
        CmdRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(line, CmdJson.Default.CmdRequest);
        }
        catch (JsonException e)
        {
            await WriteAsync(writer, Failure($"The request is no JSON of a request: {e.Message}"), stopped).ConfigureAwait(false);
            return;
        }

        if (request?.Palette is null)
        {
            await WriteAsync(writer, new CmdReply("", Failed: false, Final: true, DescribePalettes()), stopped).ConfigureAwait(false);
            return;
        }

        await foreach (var reply in RunAsync(request, stopped).ConfigureAwait(false))
        {
            await WriteAsync(writer, reply, stopped).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<CmdReply> RunAsync(CmdRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopped)
    {
        if (!host.Palettes.TryGetValue(request.Palette!, out var registered))
        {
            yield return Failure($"There is no palette '{request.Palette}'. Palettes: {string.Join(", ", host.Palettes.Keys.Order(StringComparer.Ordinal))}.");
            yield break;
        }

        if (!registered.Palette.CommandsByName.TryGetValue(request.Command ?? "", out var definition))
        {
            yield return Failure($"'{request.Palette}' has no command '{request.Command}'. Commands: {string.Join(", ", registered.Palette.Commands.Select(c => c.Name))}.");
            yield break;
        }

        var (command, error) = CommandLine.Parse(registered.Palette, definition, request.Arguments ?? []);
        if (command is null)
        {
            yield return Failure(error!);
            yield break;
        }

        var responses = Channel.CreateUnbounded<CommandResponse>();
        var session = ((ExtendedActorSystem)host.Sys).SystemActorOf(Props.Create(() => new CmdSessionActor(responses.Writer, registered.Handler, command)));
        try
        {
            await foreach (var response in responses.Reader.ReadAllAsync(stopped).ConfigureAwait(false))
            {
                yield return new CmdReply(response.Msg, response is ErroredCommandResponse, response.Final);
            }
        }
        finally
        {
            host.Sys.Stop(session);
        }
    }

    private CmdPalette[] DescribePalettes() =>
    [
        .. host.Palettes.Values.Select(r => r.Palette).OrderBy(p => p.ModuleName, StringComparer.Ordinal).Select(p => new CmdPalette(
            p.ModuleName,
            [.. p.Commands.Select(c => new CmdCommand(c.Name, c.Description, [.. c.Arguments.Select(a => new CmdArgument(a.Name, [.. a.Switch], a.Description, a.IsMandatory, [.. a.DefaultValues]))]))])),
    ];

    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken stopped)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one.AsMemory(), stopped).ConfigureAwait(false) > 0)
        {
            if (one[0] == '\n')
            {
                return line.ToString();
            }

            if (line.Length >= CmdProtocol.MaximumRequestLength)
            {
                throw new InvalidDataException($"a request is longer than {CmdProtocol.MaximumRequestLength} characters");
            }

            line.Append(one[0]);
        }

        return null;
    }

    private static async Task WriteAsync(StreamWriter writer, CmdReply reply, CancellationToken stopped)
    {
        await writer.WriteLineAsync(JsonSerializer.Serialize(reply, CmdJson.Default.CmdReply).AsMemory(), stopped).ConfigureAwait(false);
        await writer.FlushAsync(stopped).ConfigureAwait(false);
    }

    private static CmdReply Failure(string text) => new(text, Failed: true, Final: true);
}
