using System.Buffers;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Http;

/// <summary>Raw packets as a capture file, for those who accept one instead of JSON.</summary>
internal static class PcapAnswer
{
    private const string Pcap = "vnd.tcpdump.pcap";
    private const string Pcapng = "x-pcapng";

    /// <summary>Skydive's clients ask for "application/vnd.tcpdump.pcap" and for "vnd.tcpdump.pcap"; the latter isn't a media type by the book.</summary>
    public static bool IsWanted(HttpContext context) => Accepts(context, Pcap) || Accepts(context, Pcapng);

    /// <exception cref="ApiException">The query results in something else than raw packets.</exception>
    public static void CheckKind(Type result)
    {
        if (result != typeof(RawPacketsTraversal))
        {
            throw NotAcceptable($"only raw packets can be a capture file, and the query gives {Traversal.NameOf(result)}: end it with RawPackets()");
        }
    }

    /// <exception cref="ApiException">There are no packets, or they don't fit into one file of the kind asked for.</exception>
    public static async Task WriteAsync(HttpContext context, IReadOnlyList<RawPacket> captured)
    {
        RawPacket[] packets = [.. captured.OrderBy(packet => packet.TimeNs)];
        if (packets.Length == 0)
        {
            throw ApiException.NotFound("no raw packets are kept of these flows: the capture needs a RawPacketLimit", "GremlinQuery");
        }

        var body = new ArrayBufferWriter<byte>();
        // What is accepted without further ado is the kind of file everything reads.
        var isPcapng = !Accepts(context, Pcap);
        if (isPcapng)
        {
            PcapngFormat.Write(body, packets);
        }
        else if (packets.All(packet => packet.LinkType == packets[0].LinkType))
        {
            PcapFormat.Write(body, packets);
        }
        else
        {
            throw NotAcceptable($"these packets start with different layers (link types {LinkTypes(packets)}), and a pcap file takes one: select flows of one LayersPath, or accept application/{Pcapng}");
        }

        context.Response.ContentType = $"application/{(isPcapng ? Pcapng : Pcap)}";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"packets.{(isPcapng ? "pcapng" : "pcap")}\"";
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool Accepts(HttpContext context, string type) => context.Request.Headers.Accept.ToString().Contains(type, StringComparison.OrdinalIgnoreCase);

    private static string LinkTypes(RawPacket[] packets) => string.Join(", ", packets.Select(packet => packet.LinkType).Distinct().Order());

    private static ApiException NotAcceptable(string message) => new(StatusCodes.Status406NotAcceptable, "not-acceptable", message, "Accept");
}
