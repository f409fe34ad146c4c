using System.Globalization;
using Agent.Node.Capture;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Sweep;

/// <summary>What a program reads of a capture.</summary>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Of the packets as they were on the wire.</param>
/// <param name="Error">Why it stopped before the end.</param>
/// <param name="Tuples">Addresses, ports and protocol of the outermost and the innermost flows.</param>
internal sealed record CaptureSample(long Packets, long Bytes, string? Error, IReadOnlySet<string> Tuples)
{
    private static readonly uint[] Magics = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0xd4c3b2a1, 0x4d3cb2a1, 0x34cdb2a1, 0x0a0d0d0a];

    /// <summary>By its first bytes, or by its name where it's compressed.</summary>
    internal static bool IsCapture(string file)
    {
        // Neither links to nowhere nor pipes.
        var target = File.ResolveLinkTarget(file, returnFinalTarget: true) as FileInfo ?? new FileInfo(file);
        if (target is not { Exists: true, Length: > sizeof(uint) })
        {
            return false;
        }

        using var stream = File.OpenRead(file);
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length
            && (Magics.Contains(BitConverter.ToUInt32(magic)) || (file.Contains("cap.", StringComparison.Ordinal) && Path.GetExtension(file) is ".gz" or ".zst" or ".lz4"));
    }

    /// <summary>As our engine reads it.</summary>
    internal static CaptureSample Read(string file)
    {
        var flows = new Flows();
        var engine = new FlowEngine(new FlowOptions { ReportUpdates = false }, flows.Origin, flows);
        long packets = 0;
        long bytes = 0;
        string? error = null;
        try
        {
            using var input = CaptureInput.Open(file);
            using var capture = new CaptureFile(input, null);
            try
            {
                while (capture.Read())
                {
                    packets += capture.Packets.Length;
                    foreach (ref readonly var packet in capture.Packets)
                    {
                        bytes += packet.OriginalLength;
                    }

                    engine.Replay(capture.Link, capture.Block, capture.Packets);
                }
            }
            finally
            {
                packets += capture.Undecoded.Values.Sum();
                error = capture.Undecoded.Count == 0 ? null : $"{capture.Undecoded.Values.Sum()} packets of link types that aren't decoded";
            }
        }
        catch (CaptureException e)
        {
            error = e.Message;
        }
        engine.End();
        return new CaptureSample(packets, bytes, error, flows.Tuples());
    }

    /// <summary>Either direction gives the same.</summary>
    internal static string Tuple(string protocol, string a, string portA, string b, string portB)
    {
        var (one, other) = ($"{a}:{portA}", $"{b}:{portB}");
        return string.CompareOrdinal(one, other) < 0 ? $"{protocol} {one} {other}" : $"{protocol} {other} {one}";
    }

    private sealed class Flows : IFlowOutput
    {
        private readonly List<Flow> _flows = [];

        internal FlowOrigin Origin { get; } = new("host", "tid", "capture");

        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details) => _flows.Add(FlowMessages.ToMessage(record, since, details, Origin));

        internal HashSet<string> Tuples()
        {
            var parents = _flows.Select(flow => flow.ParentUuid).ToHashSet(StringComparer.Ordinal);
            return [.. _flows.Where(flow => flow.ParentUuid.Length == 0 || !parents.Contains(flow.Uuid)).Where(flow => flow is { Network: not null, Transport: not null })
                .Select(flow => Tuple(flow.Transport.Protocol, flow.Network.A, Number(flow.Transport.A), flow.Network.B, Number(flow.Transport.B)))];
        }

        private static string Number(long port) => port.ToString(CultureInfo.InvariantCulture);
    }
}
