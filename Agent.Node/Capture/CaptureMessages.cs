using Agent.Node.Flows;
using Akka.Event;
using Shared.Messages.Flows;

namespace Agent.Node.Capture;

/// <summary>Capture -> its interface: packets are being read.</summary>
internal sealed record CaptureStarted(string CaptureId);

/// <summary>Capture -> its interface: it can't start, or can't go on; it stops. The error is for the user.</summary>
internal sealed record CaptureFailed(string CaptureId, string Error);

/// <summary>Capture -> its interface: a capture file was read to its end.</summary>
internal sealed record CaptureFinished(string CaptureId);

/// <summary>Capture -> its interface: packets since its start.</summary>
/// <param name="CaptureId">The capture.</param>
/// <param name="Received">Read.</param>
/// <param name="DroppedByKernel">For want of room in the kernel's ring.</param>
/// <param name="DroppedByInterface">By the interface or its driver.</param>
/// <param name="DroppedByUs">Read, and then not counted in a flow for want of time or room.</param>
internal sealed record CaptureStatistics(string CaptureId, long Received, long DroppedByKernel, long DroppedByInterface, long DroppedByUs) : IDeadLetterSuppression
{
    /// <summary>What else there was, in tunnels, too.</summary>
    public EngineCounts Counts { get; init; }

    /// <summary>Times the kernel's ring couldn't grow with the traffic for want of memory.</summary>
    public long RingsRefused { get; init; }

    /// <summary>Updates of flows that were lost: the analyzers were too slow, or gone, for longer than they could wait.</summary>
    public long UpdatesLost { get; init; }

    /// <summary>When that was first so: Unix milliseconds; 0: never.</summary>
    public long UpdatesLostSince { get; init; }
}

/// <summary>Capture or tunnel -> uplink: flows as they are now. Nobody changes them before they're taken in.</summary>
internal sealed record FlowUpdates(FlowRows Rows)
{
    /// <summary>Packets of these flows as they were captured, none of which is told again.</summary>
    public IReadOnlyList<RawPacket> RawPackets { get; init; } = [];

    /// <summary>Who told them waits until they're taken in, however long: a file's flows aren't dropped for want of room.</summary>
    public bool MayWait { get; init; }

    /// <summary>Called once by the uplink when it has taken them in, with how many it had no room for; the rows are no longer its.</summary>
    public Action<int>? TakenIn { get; init; }
}

/// <summary>Capture -> uplink: answer <see cref="FlowsDelivered"/> when all that was told before is stored, or refused.</summary>
internal sealed class AwaitDelivery
{
    public static readonly AwaitDelivery Instance = new();
}

/// <summary>Uplink -> capture: what was told before the question is delivered.</summary>
internal sealed class FlowsDelivered : IDeadLetterSuppression
{
    public static readonly FlowsDelivered Instance = new();
}

/// <summary>A capture can't start or go on; the message says why, in words for its user.</summary>
internal class CaptureException : Exception
{
    /// <summary>Without a reason.</summary>
    public CaptureException()
    {
    }

    /// <summary>With a reason.</summary>
    public CaptureException(string message) : base(message)
    {
    }

    /// <summary>With a reason and what led to it.</summary>
    public CaptureException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>A filter of packets doesn't compile; the message has the filter and libpcap's words.</summary>
internal sealed class FilterException(string filter, string why) : CaptureException($"filter \"{filter}\": {why}");
