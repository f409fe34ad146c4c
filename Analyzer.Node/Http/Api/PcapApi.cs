using System.Buffers.Binary;
using Akka.Actor;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Views;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Shared.Messages.Captures;
using Topology.Fabric.Links;

namespace Analyzer.Node.Http.Api;

/// <summary>POST /api/pcap: the body is a pcap or pcapng file, which an agent reads into flows.</summary>
internal sealed class PcapApi(AnalyzerServices services, AuditLog audit)
{
    /// <summary>An agent has it in memory before it's a file.</summary>
    internal const int LargestFile = 24 << 20;

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/pcap", ReadAsync).RequireAuthorization(Policies.Operator);

    private async Task ReadAsync(HttpContext context)
    {
        var file = await BodyAsync(context).ConfigureAwait(false);
        if (Wrong(file.Span) is { } wrong)
        {
            throw NotAPcap(wrong);
        }

        var host = await HostAsync(context.Request.Query["host"].ToString()).ConfigureAwait(false);
        audit.Did(context, "posted capture file", $"of {file.Length} bytes to {host}");
        var read = new ReadPcap { Host = host, Uuid = Guid.NewGuid().ToString(), File = UnsafeByteOperations.UnsafeWrap(file) };
        var answer = await services.AskAsync(services.Hosts, read, host).ConfigureAwait(false);
        if (answer is not PcapRead done)
        {
            throw answer switch
            {
                PcapRefused { Unavailable: true } refused => ApiException.Unavailable(refused.Reason),
                PcapRefused refused => NotAPcap(refused.Reason),
                Status.Failure failure => failure.Cause,
                _ => new InvalidOperationException($"the agent of {host} answered with {answer.GetType().Name}"),
            };
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("CaptureID"u8, done.Uuid);
            json.WriteString("NodeTID"u8, done.NodeTid);
            json.WriteString("Host"u8, done.Host);
            json.WriteNumber("Packets"u8, done.Packets);
            json.WriteNumber("Flows"u8, done.Flows);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        // One that's a little too large is read, so that its sender hears why.
        if (context.Request.ContentLength > 2L * LargestFile)
        {
            throw TooLarge();
        }

        // The limit of other bodies isn't a file's.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using var body = new MemoryStream();
        var part = new byte[64 << 10];
        int length;
        while ((length = await context.Request.Body.ReadAsync(part, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + length > LargestFile)
            {
                throw TooLarge();
            }

            body.Write(part.AsSpan(0, length));
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>What's wrong with a file's first bytes; null when they are pcap's or pcapng's.</summary>
    private static string? Wrong(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            return "the body is empty: it should be a pcap or pcapng file";
        }

        const uint pcap = 0xa1b2c3d4;
        const uint pcapNanoseconds = 0xa1b23c4d;
        const uint pcapng = 0x0a0d0d0a;
        var isCapture = BinaryPrimitives.TryReadUInt32LittleEndian(file, out var magic)
            && (magic is pcap or pcapNanoseconds or pcapng || BinaryPrimitives.ReverseEndianness(magic) is pcap or pcapNanoseconds);
        return isCapture ? null : $"the body begins with {Convert.ToHexStringLower(file[..Math.Min(file.Length, sizeof(uint))])}, which is neither pcap nor pcapng";
    }

    private async Task<string> HostAsync(string asked)
    {
        var graph = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        var hosts = graph.Hosts.Where(host => host.Key != FabricGraph.Host && host.Value is { Revision: > 0, IsEmpty: false }).Select(host => host.Key).Order(StringComparer.Ordinal).ToList();
        if (asked.Length > 0)
        {
            return hosts.Contains(asked) ? asked : throw ApiException.BadField("host", $"there is no host {asked} with an agent");
        }

        return hosts.FirstOrDefault() ?? throw ApiException.Unavailable("there is no agent to read the file: start one");
    }

    private static ApiException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "too-large", $"the file is larger than {LargestFile >> 20} MiB: give it to an agent as one of its capture-files", "body");

    private static ApiException NotAPcap(string reason) => new(StatusCodes.Status400BadRequest, "bad-pcap", reason, "body");
}
