using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Telemetry;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>How a flow came to be handed on.</summary>
internal enum FlowChange : byte
{
    /// <summary>It goes on, or has just ended.</summary>
    Update,

    /// <summary>It was over already.</summary>
    Late,

    /// <summary>It leaves its partition and nobody said it was over.</summary>
    Expired,
}

/// <summary>What happened to a flow.</summary>
/// <param name="Counted">What the update added.</param>
/// <param name="Change">How.</param>
internal readonly record struct StoredFlow(FlowUpdate Counted, FlowChange Change);

/// <summary>Flows that have been stored. Who gets it gives the rows back.</summary>
/// <param name="Rows">They.</param>
/// <param name="Changes">What happened to each.</param>
internal sealed record StoredFlows(FlowRows Rows, IReadOnlyList<StoredFlow> Changes) : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    /// <summary>Who gave them, and is told when they don't wait any more; null: nobody counts them.</summary>
    public FlowReceiver? By { get; init; }
}

/// <summary>Who hands flows on, on this analyzer. What it hasn't taken yet has a bound.</summary>
internal sealed class FlowReceiver(IActorRef receiver)
{
    private const int MostWaiting = 200_000;

    private int _waiting;

    /// <summary>Gives it flows; without room they're counted and left out.</summary>
    public void Give(StoredFlows flows)
    {
        var count = flows.Rows.Count;
        if (Interlocked.Add(ref _waiting, count) > MostWaiting)
        {
            Taken(count);
            AnalyzerMetrics.CountIncompleteExport("overrun", count);
            flows.Rows.GiveBack();
            return;
        }

        receiver.Tell(flows with { By = this });
    }

    /// <summary>So many flows don't wait any more.</summary>
    public void Taken(int count) => Interlocked.Add(ref _waiting, -count);
}

/// <summary>Gathers what changes in a partition's table, as copies, for who hands flows on.</summary>
internal sealed class FlowHandover(FlowTable table, FlowReceiver receiver)
{
    private FlowRows? _rows;
    private TextMap? _texts;
    private List<StoredFlow> _changes = [];

    /// <summary>What's in the table has been handed on before; from now on what changes is.</summary>
    public void Begin() => table.Changed = (number, wasOver) => Add(number, table[number].Update, wasOver ? FlowChange.Late : FlowChange.Update);

    /// <summary>Hands on what has changed.</summary>
    public void Send()
    {
        if (_rows is not null)
        {
            receiver.Give(new StoredFlows(_rows, _changes));
            (_rows, _texts, _changes) = (null, null, []);
        }
    }

    /// <summary>Hands on those that leave the table without an end. They must still be in it.</summary>
    public void SendExpired(FlowsExpired expired)
    {
        foreach (var number in table.Leaving(expired))
        {
            ref readonly var row = ref table[number].Row;
            if (row.Finish == FinishType.NotFinished)
            {
                Add(number, new FlowUpdate(row.AbPackets, row.AbBytes, row.BaPackets, row.BaBytes, row.Start), FlowChange.Expired);
            }
        }

        Send();
    }

    private void Add(int number, in FlowUpdate counted, FlowChange change)
    {
        _rows ??= FlowRows.Rent();
        _texts ??= new TextMap(table.Texts, _rows.Texts);
        _rows.Add(table[number].Row, _texts, details: null);
        _changes.Add(new StoredFlow(counted, change));
    }
}
