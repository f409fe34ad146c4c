using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>The sums of flows' counters, and the time they cover.</summary>
internal struct CounterTotals
{
    private Int128 _abPackets;
    private Int128 _abBytes;
    private Int128 _baPackets;
    private Int128 _baBytes;
    private Int128 _rtt;
    private long _start;
    private long _last;
    private bool _isAny;

    public void Add(in FlowRow row)
    {
        _abPackets += row.AbPackets;
        _abBytes += row.AbBytes;
        _baPackets += row.BaPackets;
        _baBytes += row.BaBytes;
        _rtt += row.Rtt;
        _start = _isAny ? Math.Min(_start, row.Start) : row.Start;
        _last = _isAny ? Math.Max(_last, row.Last) : row.Last;
        _isAny = true;
    }

    /// <summary>By the counters' names; none without a flow.</summary>
    public readonly IEnumerable<FlowsGroup> Told() => !_isAny
        ? []
        : [Of("ABPackets", _abPackets), Of("ABBytes", _abBytes), Of("BAPackets", _baPackets), Of("BABytes", _baBytes), Of("RTT", _rtt), Of("Start", _start), Of("Last", _last)];

    private static FlowsGroup Of(string name, Int128 sum) => new() { Name = name, Sum = sum };
}
