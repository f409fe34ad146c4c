using System.Buffers;
using System.Text.Json;
using Analyzer.Node.Queries;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;

namespace Analyzer.Node.Http;

/// <summary>Writes answers.</summary>
internal static class JsonAnswer
{
    private const string ContentType = "application/json; charset=utf-8";

    /// <summary>Time for a client to take what it's told at the end of an answer that fails.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <exception cref="AnswerTooLargeException">It's larger than it may be.</exception>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK, long mostBytes = long.MaxValue)
    {
        // Whole first: a failure while writing must not leave half an answer.
        var body = new BoundedBuffer(mostBytes);
        Write(body, write);
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Written.Length;
        await context.Response.Body.WriteAsync(body.Written, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes a result as it comes.</summary>
    /// <remarks>
    /// What fails before anything was sent is an error as any other. Later the status is gone: the answer ends with the error where
    /// another item would be, without the array's end, and the connection without the body's, so that nobody takes it for whole.
    /// </remarks>
    public static async Task StreamAsync(HttpContext context, StreamTraversal result, long mostBytes, CancellationToken stop)
    {
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, GraphJson.WriterOptions);
        context.Response.ContentType = ContentType;
        try
        {
            await foreach (var _ in StreamJson.WriteAsync(json, result, stop).ConfigureAwait(false))
            {
                BoundedBuffer.Check(json.BytesCommitted + json.BytesPending, mostBytes);
                json.Flush();
                await context.Response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
            }
        }
        catch when (json.BytesCommitted == 0)
        {
            json.Reset();
            throw;
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            var error = ErrorAnswers.Known(e) ?? new ApiException(StatusCodes.Status500InternalServerError, "internal", "the analyzer failed at this request; its log says why");
            WriteError(json, error);
            json.Flush();
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None).AsTask().WaitAsync(LastWords, CancellationToken.None).ConfigureAwait(false);
            // The server then ends the connection, without an end of the body.
            throw;
        }
    }

    public static Task WriteErrorAsync(HttpContext context, ApiException error) => WriteAsync(context, json => WriteError(json, error), error.Status);

    public static ArrayBufferWriter<byte> ToBytes(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        Write(body, write);
        return body;
    }

    private static void Write(IBufferWriter<byte> body, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(body, GraphJson.WriterOptions);
        write(json);
        json.Flush();
    }

    private static void WriteError(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("where"u8, error.Where ?? "");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
