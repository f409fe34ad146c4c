using Agent.Node.Flows.Applications;

namespace Agent.Node.Flows;

/// <summary>Who sees the flows of an engine.</summary>
/// <param name="Host">The agent's host.</param>
/// <param name="NodeTid">The TID of the node captured on.</param>
/// <param name="CaptureId">The capture.</param>
/// <param name="ParentUuid">The flow of the tunnel whose inside the engine is fed; 0 on the outside.</param>
/// <param name="Depth">How many tunnels lie around.</param>
internal sealed record FlowOrigin(string Host, string NodeTid, string CaptureId, ulong ParentUuid = 0, int Depth = 0)
{
    /// <summary>How applications are called here.</summary>
    internal ApplicationPorts ApplicationPorts { get; init; } = ApplicationPorts.Default;

    /// <summary>Part of each flow's UUID.</summary>
    internal ulong Hash { get; } = KeyHash.Stable(KeyHash.Stable(Host), KeyHash.Stable(NodeTid), KeyHash.Stable(CaptureId), ParentUuid);
}

/// <summary>Where in a block of memory a packet lies, and what isn't in its bytes.</summary>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Start">Of its bytes in the block.</param>
/// <param name="Length">Bytes captured of it.</param>
/// <param name="OriginalLength">Its length on the wire.</param>
internal readonly record struct PacketPlace(long Time, int Start, int Length, int OriginalLength);
