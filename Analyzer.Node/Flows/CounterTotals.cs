using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>The sums of flows' latest counters, and the time they cover.</summary>
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

    public void Add(in FlowRow row, in FlowUpdate update)
    {
        var isUpdate = update.IsAny;
        _abPackets += isUpdate ? update.AbPackets : row.AbPackets;
        _abBytes += isUpdate ? update.AbBytes : row.AbBytes;
        _baPackets += isUpdate ? update.BaPackets : row.BaPackets;
        _baBytes += isUpdate ? update.BaBytes : row.BaBytes;
        _rtt += row.Rtt;
        var (start, last) = isUpdate ? (update.Start, FlowUpdate.LastOf(row)) : (row.Start, row.Last);
        _start = _isAny ? Math.Min(_start, start) : start;
        _last = _isAny ? Math.Max(_last, last) : last;
        _isAny = true;
    }

    /// <summary>By the counters' names; none without a flow.</summary>
    public readonly IEnumerable<FlowsGroup> Told() => !_isAny
        ? []
        : [Of("ABPackets", _abPackets), Of("ABBytes", _abBytes), Of("BAPackets", _baPackets), Of("BABytes", _baBytes), Of("RTT", _rtt), Of("Start", _start), Of("Last", _last)];

    private static FlowsGroup Of(string name, Int128 sum) => new() { Name = name, Sum = sum };
}
