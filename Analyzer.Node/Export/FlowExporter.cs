using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Flows;
using Analyzer.Node.Telemetry;
using Shared.Messages.Flows;
using Shared.Messages.Logging;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Export;

/// <summary>
/// Exports what the flows entities on this analyzer have stored. A flow in a tunnel waits a moment for the tunnel's flow, which
/// may be in any partition, on any analyzer: it's asked for by its UUID, later and later again while somebody waits.
/// </summary>
internal sealed class FlowExporter : ReceiveActor, IWithTimers
{
    /// <summary>How long a flow waits for its tunnel's.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int MostParked = 100_000;

    /// <summary>UUIDs in one question: all that have them fit into one part of an answer.</summary>
    private const int MostAsked = 128;

    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(250);

    private readonly FlowExport _export;
    private readonly Func<ICanTell> _region;
    private readonly int _partitions;
    private readonly string _asker = Guid.NewGuid().ToString("N");
    private readonly OuterFlows _outer = new();
    private readonly Queue<Parked> _parked = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _log = Context.Log();
    private int _query;

    public FlowExporter(FlowExport export, Func<ICanTell> region, int partitions)
    {
        _export = export;
        _region = region;
        _partitions = partitions;
        Receive<StoredFlows>(OnStored);
        Receive<FlowsPart>(OnPart);
        Receive<FlushDue>(_ => OnFlush());
        // A sender handles what becomes of its target; this is a defect, and the supervisor's.
        Receive<Status.Failure>(failed => throw new InvalidOperationException("a target's sender failed", failed.Cause));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(FlowExport export, Func<ICanTell> region, int partitions) => Akka.Actor.Props.Create(() => new FlowExporter(export, region, partitions));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(FlushDue.Instance, FlushDue.Instance, FlushEvery);
        foreach (var target in _export.Targets)
        {
            new IpfixSender(target, _log).RunAsync(_stop.Token).PipeTo(Self, success: () => Ended.Instance);
        }
    }

    protected override void PostStop()
    {
        _stop.Cancel();
        while (_parked.TryDequeue(out var parked))
        {
            parked.Flows.Rows.GiveBack();
        }
    }

    protected override void Unhandled(object message)
    {
        if (message is not Ended)
        {
            base.Unhandled(message);
        }
    }

    private void OnStored(StoredFlows flows)
    {
        flows.By?.Taken(flows.Rows.Count);
        var rows = flows.Rows;
        List<int>? waiting = null;
        for (var i = 0; i < rows.Count; i++)
        {
            _outer.See(rows[i], rows.Texts);
            if (!IsWanted(rows[i], flows.Changes[i]))
            {
                continue;
            }

            OuterFlow? outer = null;
            if (rows[i].ParentUuid == 0 || _outer.TryFind(rows[i].ParentUuid, out outer))
            {
                Export(flows, i, outer);
            }
            else
            {
                (waiting ??= []).Add(i);
            }
        }

        if (waiting is null)
        {
            rows.GiveBack();
            return;
        }

        _parked.Enqueue(new Parked(flows, waiting, Environment.TickCount64));
        while (_parked.Sum(parked => parked.Rows.Count) > MostParked)
        {
            Leave(_parked.Dequeue());
        }
    }

    private void OnPart(FlowsPart part)
    {
        if (!part.Block.IsEmpty)
        {
            var rows = FlowBlock.Read(part.Block.Span);
            for (var i = 0; i < rows.Count; i++)
            {
                _outer.See(rows[i], rows.Texts);
            }

            rows.GiveBack();
        }

        if (!part.IsLast)
        {
            _region().Tell(new TakeFlows { Partition = part.Partition, Asker = _asker, Query = part.Query, Taken = part.Number }, Self);
        }
    }

    private void OnFlush()
    {
        for (var left = _parked.Count; left > 0; left--)
        {
            var parked = _parked.Dequeue();
            if (Environment.TickCount64 - parked.Since > Patience.TotalMilliseconds)
            {
                Leave(parked);
            }
            else if (!IsDone(parked))
            {
                _parked.Enqueue(parked);
            }
        }

        foreach (var target in _export.Targets)
        {
            target.Flush();
        }

        Ask();
    }

    /// <summary>Exports those that found their tunnel's flow.</summary>
    private bool IsDone(Parked parked)
    {
        parked.Rows.RemoveAll(i =>
        {
            var isFound = _outer.TryFind(parked.Flows.Rows[i].ParentUuid, out var outer);
            if (isFound)
            {
                Export(parked.Flows, i, outer);
            }

            return isFound;
        });
        if (parked.Rows.Count > 0)
        {
            return false;
        }

        parked.Flows.Rows.GiveBack();
        return true;
    }

    /// <summary>They waited long enough.</summary>
    private void Leave(Parked parked)
    {
        if (!IsDone(parked))
        {
            foreach (var i in parked.Rows)
            {
                _outer.GiveUp(parked.Flows.Rows[i].ParentUuid);
                Export(parked.Flows, i, outer: null);
            }

            parked.Flows.Rows.GiveBack();
        }
    }

    private void Ask()
    {
        foreach (var uuids in _outer.Due(Environment.TickCount64, 8 * MostAsked).Chunk(MostAsked))
        {
            _query++;
            for (var partition = 0; partition < _partitions; partition++)
            {
                var query = new QueryFlows { Partition = partition, Asker = _asker, Query = _query, Steps = "G.Flows()" };
                query.Uuids.AddRange(uuids.Select(FlowForms.Id));
                _region().Tell(query, Self);
            }
        }
    }

    private bool IsWanted(in FlowRow row, in StoredFlow stored) => _export.EndedOnly
        ? row.Finish != FinishType.NotFinished ? stored.Change != FlowChange.Late || stored.Counted.IsAny : stored.Change == FlowChange.Expired
        : stored.Change != FlowChange.Expired && (stored.Counted.IsAny || (row.Finish != FinishType.NotFinished && stored.Change != FlowChange.Late));

    private void Export(StoredFlows flows, int index, OuterFlow? outer)
    {
        ref readonly var row = ref flows.Rows[index];
        var stored = flows.Changes[index];
        if (row.ParentUuid != 0 && outer is null)
        {
            _export.CountParentUnknown();
            AnalyzerMetrics.CountIncompleteExport("parent", 1);
        }

        var counted = _export.EndedOnly && stored.Change == FlowChange.Update
            ? new FlowUpdate(row.AbPackets, row.AbBytes, row.BaPackets, row.BaBytes, row.Start)
            : stored.Counted;
        var flow = new IpfixFlow(in row, flows.Rows.Texts, counted, Reason(row, stored.Change), outer);
        var template = IpfixTemplate.Of(flow);
        foreach (var target in _export.Targets)
        {
            target.Add(template, flow, mayOwe: row.Finish == FinishType.NotFinished && stored.Change == FlowChange.Update);
        }
    }

    private static IpfixEndReason Reason(in FlowRow row, FlowChange change) => row.Finish switch
    {
        FinishType.NotFinished => change == FlowChange.Expired ? IpfixEndReason.ForcedEnd : IpfixEndReason.ActiveTimeout,
        FinishType.Timeout => IpfixEndReason.IdleTimeout,
        _ => IpfixEndReason.EndDetected,
    };

    /// <summary>Flows that wait for their tunnels', since when.</summary>
    private sealed record Parked(StoredFlows Flows, List<int> Rows, long Since);

    private sealed class FlushDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly FlushDue Instance = new();
    }

    private sealed class Ended : IDeadLetterSuppression
    {
        public static readonly Ended Instance = new();
    }
}
