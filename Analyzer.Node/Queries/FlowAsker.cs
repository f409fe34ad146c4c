using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Shared.Messages.Flows;

namespace Analyzer.Node.Queries;

/// <summary>
/// Asks flows entities, each for a part after the other, and gives the parts on as they come. What may be lost on the way, since
/// an entity moves or hasn't started, is sent again; what nobody waits for any more is stopped.
/// </summary>
internal sealed class FlowAsker : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan AgainEvery = TimeSpan.FromSeconds(1);

    private readonly string _asker = Guid.NewGuid().ToString("N");
    private readonly ICanTell _region;
    private readonly int _atOnce;
    private readonly ChannelWriter<FlowsPart> _parts;
    private readonly ConcurrentDictionary<int, int> _open;
    private readonly Queue<QueryFlows> _next;
    private readonly Dictionary<int, Asked> _asked = [];

    public FlowAsker(ICanTell region, IReadOnlyList<QueryFlows> queries, int atOnce, ChannelWriter<FlowsPart> parts, ConcurrentDictionary<int, int> open)
    {
        _atOnce = atOnce;
        _region = region;
        _parts = parts;
        _open = open;
        _next = new Queue<QueryFlows>(queries);
        Receive<FlowsPart>(OnPart);
        Receive<Used>(used => OnUsed(used.Query, used.Number));
        Receive<AskAgain>(_ => OnAskAgain());
        Receive<End>(_ => Context.Stop(Self));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="region">Where the entities are.</param>
    /// <param name="queries">What they're asked.</param>
    /// <param name="atOnce">How many of the queries at once: what's on the way has a bound, whatever is asked.</param>
    /// <param name="parts">Where parts go.</param>
    /// <param name="open">The queries that haven't been answered whole, and their partitions.</param>
    public static Props Props(ICanTell region, IReadOnlyList<QueryFlows> queries, int atOnce, ChannelWriter<FlowsPart> parts, ConcurrentDictionary<int, int> open) =>
        Akka.Actor.Props.Create(() => new FlowAsker(region, queries, atOnce, parts, open));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(AskAgain.Instance, AskAgain.Instance, AgainEvery);
        while (_asked.Count < _atOnce && _next.Count > 0)
        {
            AskNext();
        }

        CompleteWhenDone();
    }

    protected override void PostStop()
    {
        foreach (var partition in _asked.Values.Select(asked => asked.Message.Partition).Distinct())
        {
            _region.Tell(new StopFlows { Partition = partition, Asker = _asker }, Self);
        }

        _parts.TryComplete(new OperationCanceledException("nobody waits for the answer any more"));
    }

    private void AskNext()
    {
        var query = _next.Dequeue();
        query.Asker = _asker;
        _asked.Add(query.Query, new Asked(query));
        _region.Tell(query, Self);
    }

    private void OnPart(FlowsPart part)
    {
        if (!_asked.TryGetValue(part.Query, out var asked) || part.Number <= asked.Received)
        {
            return;
        }

        if (part.Number != asked.Received + 1)
        {
            _parts.TryComplete(new FlowQueryException($"flows: a part of what partition {part.Partition} answered was lost on its way"));
            return;
        }

        asked.Received = part.Number;
        _parts.TryWrite(part);
        if (!part.IsLast)
        {
            return;
        }

        _asked.Remove(part.Query);
        _open.TryRemove(part.Query, out _);
        if (_next.Count > 0)
        {
            AskNext();
        }

        CompleteWhenDone();
    }

    private void OnUsed(int query, int number)
    {
        if (_asked.TryGetValue(query, out var asked))
        {
            asked.Used = number;
            Take(asked);
        }
    }

    private void OnAskAgain()
    {
        foreach (var asked in _asked.Values)
        {
            if (asked.Received == 0)
            {
                _region.Tell(asked.Message, Self);
            }
            else
            {
                Take(asked);
            }
        }
    }

    private void Take(Asked asked) =>
        _region.Tell(new TakeFlows { Partition = asked.Message.Partition, Asker = _asker, Query = asked.Message.Query, Taken = asked.Used }, Self);

    private void CompleteWhenDone()
    {
        if (_asked.Count == 0)
        {
            _parts.TryComplete();
        }
    }

    /// <summary>A part has been used: another one may come.</summary>
    internal sealed record Used(int Query, int Number);

    /// <summary>Nobody wants more.</summary>
    internal sealed class End : IDeadLetterSuppression
    {
        public static readonly End Instance = new();
    }

    private sealed class AskAgain : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly AskAgain Instance = new();
    }

    private sealed class Asked(QueryFlows message)
    {
        public QueryFlows Message => message;

        public int Received { get; set; }

        public int Used { get; set; }
    }
}
