using System.Diagnostics.Metrics;
using Agent.Node.Capture;
using Agent.Node.Probes.Netlink;

namespace Agent.Node.Telemetry;

/// <summary>What an agent counts of itself. docs/reference has them all, made from here.</summary>
internal static class AgentMetrics
{
    private static readonly Meter Meter = new("skydive.agent");

    private static readonly Counter<long> PacketsReceived = Meter.CreateCounter<long>(
        "skydive.capture.packets.received", "{packet}", "Packets a capture read.");

    private static readonly Counter<long> PacketsDropped = Meter.CreateCounter<long>(
        "skydive.capture.packets.dropped", "{packet}", "Packets a capture didn't count in a flow, by who dropped them: the kernel, the interface or the agent.");

    private static readonly Counter<long> DecodeErrors = Meter.CreateCounter<long>(
        "skydive.capture.decode.errors", "{packet}", "Packets that couldn't be read to their last layer: cut short, or with a header that can't be.");

    private static readonly Counter<long> LinkFrames = Meter.CreateCounter<long>(
        "skydive.capture.link.frames", "{frame}", "Frames of a link's own, in no flow: a wireless network's management and control, keepalives.");

    private static readonly Counter<long> EncryptedFrames = Meter.CreateCounter<long>(
        "skydive.capture.encrypted.frames", "{frame}", "Wireless frames that are encrypted: counted between their stations.");

    private static readonly Counter<long> FragmentErrors = Meter.CreateCounter<long>(
        "skydive.capture.fragment.errors", "{packet}", "Packets that couldn't be put together from their fragments.");

    private static readonly Counter<long> RawPacketsRefused = Meter.CreateCounter<long>(
        "skydive.capture.rawpackets.refused", "{packet}", "Packets that weren't kept raw for want of room.");

    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>(
        "skydive.capture.duplicates", "{packet}", "Packets that came a second time and were left out, where a capture asks for that.");

    private static readonly Counter<long> DuplicatesUnknown = Meter.CreateCounter<long>(
        "skydive.capture.duplicates.unknown", "{packet}", "Packets of which a duplicate would not have been known: there were too many to remember.");

    private static readonly Counter<long> StreamsRefused = Meter.CreateCounter<long>(
        "skydive.capture.streams.refused", "{stream}", "Beginnings of TCP streams that weren't put in order for want of room: their applications may be known by port only.");

    private static readonly Counter<long> FlowsEvicted = Meter.CreateCounter<long>(
        "skydive.capture.flows.evicted", "{flow}", "Flows that had to leave a table, unfinished, to make room.");

    private static readonly Counter<long> RingsRefused = Meter.CreateCounter<long>(
        "skydive.capture.rings.refused", "{refusal}", "Times a capture's kernel ring couldn't grow with the traffic: the agent's rings may not take more memory.");

    private static readonly Counter<long> UpdatesLost = Meter.CreateCounter<long>(
        "skydive.capture.updates.lost", "{update}", "Updates of a capture's flows that were lost: the analyzers were too slow, or gone, for longer than they could wait.");

    private static readonly Counter<long> CaptureFailures = Meter.CreateCounter<long>(
        "skydive.capture.failures", "{failure}", "Captures that couldn't start or go on.");

    private static readonly Gauge<long> UplinkWaiting = Meter.CreateGauge<long>(
        "skydive.uplink.flows.waiting", "{update}", "Flow updates that wait or aren't acknowledged.");

    private static readonly Counter<long> UplinkDelivered = Meter.CreateCounter<long>(
        "skydive.uplink.flows.delivered", "{update}", "Flow updates the analyzers have stored.");

    private static readonly Counter<long> UplinkDropped = Meter.CreateCounter<long>(
        "skydive.uplink.dropped", "{item}", "Flow updates and raw packets dropped for want of room, by what they were.");

    private static readonly Counter<long> UplinkRefused = Meter.CreateCounter<long>(
        "skydive.uplink.flows.refused", "{update}", "Flow updates the analyzers couldn't store.");

    private static readonly Gauge<long> LinkUp = Meter.CreateGauge<long>(
        "skydive.uplink.up", "{link}", "1 while the analyzers take this host's reports, else 0.");

    private static readonly Gauge<long> Nodes = Meter.CreateGauge<long>(
        "skydive.topology.nodes", "{node}", "Nodes of this host's graph.");

    static AgentMetrics() => Meter.CreateObservableCounter(
        "skydive.topology.netlink.overruns", () => NetlinkMonitor.AllOverruns, "{overrun}",
        "Times the kernel had notifications of a network namespace's changes that the agent didn't get: it asked for all there is then.");

    /// <summary>A capture's counters went from one state to another; one that started anew counts from 0.</summary>
    public static void Count(string node, CaptureState before, CaptureState after)
    {
        KeyValuePair<string, object?>[] labels = [new("node", node), new("capture", after.Id), new("type", after.Type)];
        Add(PacketsReceived, before.PacketsReceived, after.PacketsReceived, labels);
        Add(PacketsDropped, before.PacketsDropped, after.PacketsDropped, [.. labels, new("by", "kernel")]);
        Add(PacketsDropped, before.PacketsIfDropped, after.PacketsIfDropped, [.. labels, new("by", "interface")]);
        Add(PacketsDropped, before.PacketsAgentDropped, after.PacketsAgentDropped, [.. labels, new("by", "agent")]);
        Add(DecodeErrors, before.Counts.DecodeErrors, after.Counts.DecodeErrors, labels);
        Add(LinkFrames, before.Counts.LinkFrames, after.Counts.LinkFrames, labels);
        Add(EncryptedFrames, before.Counts.EncryptedFrames, after.Counts.EncryptedFrames, labels);
        Add(FragmentErrors, before.Counts.FragmentErrors, after.Counts.FragmentErrors, labels);
        Add(RawPacketsRefused, before.Counts.RawPacketsRefused, after.Counts.RawPacketsRefused, labels);
        Add(Duplicates, before.Counts.Duplicates, after.Counts.Duplicates, labels);
        Add(DuplicatesUnknown, before.Counts.DuplicatesUnknown, after.Counts.DuplicatesUnknown, labels);
        Add(StreamsRefused, before.Counts.StreamsRefused, after.Counts.StreamsRefused, labels);
        Add(FlowsEvicted, before.Counts.FlowsEvicted, after.Counts.FlowsEvicted, labels);
        Add(RingsRefused, before.RingsRefused, after.RingsRefused, labels);
        Add(UpdatesLost, before.UpdatesLost, after.UpdatesLost, labels);
    }

    public static void CountFailure(string node, string type) => CaptureFailures.Add(1, new("node", node), new KeyValuePair<string, object?>("type", type));

    public static void Record(long nodes) => Nodes.Record(nodes);

    public static void Record(UplinkCounts before, UplinkCounts after)
    {
        UplinkWaiting.Record(after.Waiting);
        LinkUp.Record(after.Registered ? 1 : 0);
        Add(UplinkDelivered, before.Delivered, after.Delivered, []);
        Add(UplinkRefused, before.Refused, after.Refused, []);
        Add(UplinkDropped, before.Dropped, after.Dropped, [new("what", "flow")]);
        Add(UplinkDropped, before.RawPacketsDropped, after.RawPacketsDropped, [new("what", "rawpacket")]);
    }

    private static void Add(Counter<long> counter, long before, long after, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (after != before)
        {
            counter.Add(after > before ? after - before : after, labels);
        }
    }

    /// <summary>How the uplink stands; all but the first two since its start.</summary>
    internal readonly record struct UplinkCounts(bool Registered, long Waiting, long Delivered, long Dropped, long RawPacketsDropped, long Refused);
}
