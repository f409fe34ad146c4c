using System.Diagnostics;
using Akka.Actor;
using Shared.Messages.Flows;
using Shared.Messages.Telemetry;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Flows;

/// <summary>
/// The queries that run on a partition, turn by turn: each turn is a message of its own, so that updates get theirs between. A
/// query whose parts nobody takes waits, and is forgotten after a while.
/// </summary>
/// <param name="partition">Whose.</param>
/// <param name="scan">Begins a query.</param>
/// <param name="askForTurn">Has another turn taken soon.</param>
internal sealed class FlowQueries(int partition, Func<QueryFlows, FlowScan> scan, Action askForTurn)
{
    /// <summary>Parts of one query on their way at most.</summary>
    public const int Credit = 2;

    /// <summary>Queries at most: who asks for more is told so.</summary>
    public const int MostQueries = 256;

    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(3);

    private readonly Dictionary<(string Asker, int Query), Running> _running = [];
    private readonly Queue<Running> _turns = [];

    /// <summary>Queries there are.</summary>
    public int Count => _running.Count;

    public void Start(QueryFlows query, IActorRef asker)
    {
        var key = (query.Asker, query.Query);
        if (_running.TryGetValue(key, out var known))
        {
            known.Seen = Stopwatch.GetTimestamp();
            return;
        }

        using var span = Traces.Start("flows query", query.TraceParent)?.SetTag("skydive.partition", partition);
        var running = new Running(key, asker);
        if (_running.Count == MostQueries)
        {
            Send(running, new FlowsPart { Error = $"{MostQueries} queries run already" });
            return;
        }

        _running.Add(key, running);
        if (Try(running, () => running.Scan = scan(query)))
        {
            Turn(running);
        }
    }

    public void Take(TakeFlows take, IActorRef asker)
    {
        if (!_running.TryGetValue((take.Asker, take.Query), out var running))
        {
            // It's over, or it was another's who had this partition before.
            asker.Tell(new FlowsPart { Partition = partition, Query = take.Query, Number = take.Taken + 1, IsLast = true, Error = "the query isn't known: the partition has moved, or nobody took its parts for long" });
            return;
        }

        running.Seen = Stopwatch.GetTimestamp();
        running.Taken = Math.Max(running.Taken, take.Taken);
        Enqueue(running);
    }

    public void Stop(StopFlows stop)
    {
        foreach (var key in _running.Keys.Where(key => key.Asker == stop.Asker).ToList())
        {
            _running.Remove(key);
        }
    }

    /// <summary>One query's turn.</summary>
    public void Turn()
    {
        while (_turns.TryDequeue(out var running))
        {
            running.IsWaiting = false;
            if (_running.ContainsKey(running.Key))
            {
                Turn(running);
                break;
            }
        }

        if (_turns.Count > 0)
        {
            askForTurn();
        }
    }

    /// <summary>Forgets queries of which nobody has been heard for so long.</summary>
    public void Forget(TimeSpan silence)
    {
        foreach (var running in _running.Values.Where(running => Stopwatch.GetElapsedTime(running.Seen) > silence).ToList())
        {
            _running.Remove(running.Key);
        }
    }

    private void Turn(Running running)
    {
        var until = Stopwatch.GetTimestamp() + (long)(TurnTime.TotalSeconds * Stopwatch.Frequency);
        while (running.Sent - running.Taken < Credit)
        {
            FlowsPart? part = null;
            if (!Try(running, () => part = running.Scan!.Next(until)))
            {
                return;
            }

            if (part is not null)
            {
                Send(running, part);
            }

            if (part is { IsLast: true })
            {
                return;
            }

            if (Stopwatch.GetTimestamp() >= until)
            {
                Enqueue(running);
                return;
            }
        }
    }

    // What fails is said to who asked: it's of the query, or of a flow that can't be read.
    private bool Try(Running running, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (GremlinException e)
        {
            Send(running, new FlowsPart { IsLast = true, Error = e.Reason, ErrorColumn = e.Column });
        }
        catch (InvalidDataException e)
        {
            Send(running, new FlowsPart { IsLast = true, Error = e.Message });
        }

        return false;
    }

    private void Send(Running running, FlowsPart part)
    {
        part.Partition = partition;
        part.Query = running.Key.Query;
        part.Number = ++running.Sent;
        part.IsLast |= part.Error.Length > 0;
        running.Asker.Tell(part);
        if (part.IsLast)
        {
            _running.Remove(running.Key);
        }
    }

    private void Enqueue(Running running)
    {
        if (!running.IsWaiting)
        {
            running.IsWaiting = true;
            _turns.Enqueue(running);
            if (_turns.Count == 1)
            {
                askForTurn();
            }
        }
    }

    private sealed class Running((string Asker, int Query) key, IActorRef asker)
    {
        public (string Asker, int Query) Key => key;

        public IActorRef Asker => asker;

        public FlowScan? Scan { get; set; }

        public int Sent { get; set; }

        public int Taken { get; set; }

        public bool IsWaiting { get; set; }

        public long Seen { get; set; } = Stopwatch.GetTimestamp();
    }
}
