using Agent.Node.Capture;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Akka.Actor;
using Akka.TestKit;
using Shared.Messages.Flows;

namespace Agent.Node.Tests;

/// <summary>What captures and the uplink tell, as flows, and the other way round.</summary>
internal static class ToldFlows
{
    extension(FlowUpdates updates)
    {
        /// <summary>Each of the rows.</summary>
        internal IReadOnlyList<Flow> Flows => Of(updates.Rows);
    }

    extension(UpdateFlows update)
    {
        /// <summary>What the block says.</summary>
        internal IReadOnlyList<Flow> Told => update.Block.IsEmpty ? [] : Of(FlowBlock.Read(update.Block.Span));
    }

    /// <summary>An id as it's told.</summary>
    internal static string Id(string digits) => digits.PadLeft(16, '0');

    internal static FlowUpdates Updates(params IReadOnlyList<Flow> flows)
    {
        var rows = new FlowRows();
        foreach (var flow in flows)
        {
            rows.Add(flow);
        }

        return new FlowUpdates(rows);
    }

    internal static FlowUpdates Updates(params IReadOnlyList<RawPacket> packets) => new(new FlowRows()) { RawPackets = packets };

    private static List<Flow> Of(FlowRows rows) => [.. Enumerable.Range(0, rows.Count).Select(i => FlowRowMessages.ToFlow(rows[i], rows.Texts, rows.DetailsOf(i)))];
}

/// <summary>An uplink that says that all is delivered.</summary>
internal sealed class DeliveringUplink : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message)
    {
        if (message is AwaitDelivery)
        {
            sender.Tell(FlowsDelivered.Instance);
        }

        return KeepRunning;
    }
}

/// <summary>Collects reports as messages, and packets of their flows, until they're taken.</summary>
internal sealed class MessageCollector : IFlowOutput
{
    private List<Flow> _flows = [];
    private List<RawPacket> _rawPackets = [];

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        var flow = FlowMessages.ToMessage(record, since, details, Captures.Origin);
        _flows.Add(flow);
        foreach (var packet in details?.RawPackets?.Take() ?? [])
        {
            _rawPackets.Add(FlowMessages.ToMessage(packet, record.Uuid, FlowIdentity.L3TrackingId(record)));
        }
    }

    internal IReadOnlyList<Flow> Take() => Interlocked.Exchange(ref _flows, []);

    internal IReadOnlyList<RawPacket> TakeRawPackets() => Interlocked.Exchange(ref _rawPackets, []);
}
