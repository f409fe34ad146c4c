using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Flows;

/// <summary>Flows in an order, sorted in runs that are short enough for a turn, and put together as they're told.</summary>
internal sealed class SortedFlows(FlowOrder order)
{
    private const int RunLength = 4096;

    private readonly List<(FlowRank Rank, int Number)[]> _runs = [];
    private readonly PriorityQueue<(int Run, int At), FlowRank> _next = new(order);
    private (FlowRank Rank, int Number)[] _open = [];
    private int _count;

    /// <summary>Adds one, before the first is told.</summary>
    public void Add(in FlowRank rank, int number)
    {
        if (_count == _open.Length)
        {
            if (_count == RunLength)
            {
                EndRun();
            }

            Array.Resize(ref _open, Math.Clamp(2 * _count, 16, RunLength));
        }

        _open[_count++] = (rank, number);
    }

    /// <summary>Tells the next one.</summary>
    public bool TryNext(out (int Number, ulong Uuid) flow)
    {
        if (_count > 0)
        {
            EndRun();
        }

        if (!_next.TryDequeue(out var place, out var rank))
        {
            flow = default;
            return false;
        }

        var run = _runs[place.Run];
        flow = (run[place.At].Number, rank.Uuid);
        if (place.At + 1 < run.Length)
        {
            _next.Enqueue((place.Run, place.At + 1), run[place.At + 1].Rank);
        }
        else
        {
            _runs[place.Run] = [];
        }

        return true;
    }

    private void EndRun()
    {
        var run = _open[.._count];
        Array.Sort(run, (one, other) => order.Compare(one.Rank, other.Rank));
        _next.Enqueue((_runs.Count, 0), run[0].Rank);
        _runs.Add(run);
        (_open, _count) = ([], 0);
    }
}
