using System.Buffers;
using System.Text.Json;
using Topology.Fabric.Json;

namespace Analyzer.Node.Http;

/// <summary>Writes answers.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        // Whole first: a failure while writing must not leave half an answer.
        var body = ToBytes(write);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    public static Task WriteErrorAsync(HttpContext context, ApiException error) => WriteAsync(
        context,
        json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteString("where"u8, error.Where ?? "");
            json.WriteEndObject();
            json.WriteEndObject();
        },
        error.Status);

    public static ArrayBufferWriter<byte> ToBytes(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, GraphJson.WriterOptions);
        write(json);
        json.Flush();
        return body;
    }
}
