using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Queries;

/// <summary>What entities answer to some queries, part by part. Who disposes it stops them.</summary>
internal sealed class FlowAnswers : IDisposable
{
    /// <summary>Bytes that may have come and not been used: what's put in order needs some of each query.</summary>
    private const long MostWaiting = 256 << 20;

    private readonly Channel<FlowsPart> _parts = Channel.CreateUnbounded<FlowsPart>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<int, int> _open = new();
    private readonly CancellationTokenSource _time;
    private readonly IActorRef _asker;
    private readonly int _partitions;
    private readonly int _shift;
    private readonly TimeSpan _timeout;
    private readonly long _mostRows;
    private long _rows;
    private long _waiting;

    public FlowAnswers(IActorRefFactory actors, ICanTell region, List<QueryFlows> queries, int atOnce, int shift, TimeSpan timeout, long mostRows, CancellationToken stop)
    {
        foreach (var query in queries)
        {
            query.Query = _open.Count + 1;
            _open[query.Query] = query.Partition;
        }

        (_shift, _timeout, _mostRows) = (shift, timeout, mostRows);
        _partitions = queries.Select(query => query.Partition).Distinct().Count();
        _time = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _time.CancelAfter(timeout);
        _asker = actors.ActorOf(FlowAsker.Props(region, queries, atOnce, _parts.Writer, _open));
    }

    /// <summary>The next part of any of them; null: that was all.</summary>
    /// <exception cref="FlowQueryException">There's no answer, or not in time.</exception>
    /// <exception cref="GremlinException">The entity couldn't run the steps.</exception>
    /// <exception cref="AnswerTooLargeException">It's more than it may be.</exception>
    public async ValueTask<FlowsPart?> NextAsync()
    {
        _time.Token.ThrowIfCancellationRequested();
        FlowsPart? part;
        while (!_parts.Reader.TryRead(out part))
        {
            if (!await WaitAsync().ConfigureAwait(false))
            {
                return null;
            }
        }

        if (part.Error.Length > 0)
        {
            throw part.ErrorColumn > 0
                ? new GremlinException(part.ErrorColumn + _shift, part.Error)
                : new FlowQueryException($"flows: partition {part.Partition}: {part.Error}");
        }

        _rows += (part.Updates.Count / FlowUpdate.Numbers) + part.Values.Count + part.RawPackets.Count;
        if (_rows > _mostRows)
        {
            throw new AnswerTooLargeException($"the query takes more than {_mostRows} flows, values or packets (skydive.analyzer.http.query-rows): select less, or end it with Limit");
        }

        _waiting += part.Block.Length;
        return _waiting <= MostWaiting ? part : throw new AnswerTooLargeException($"more than {MostWaiting >> 20} MiB of flows would have to be held to put them in order: select those of fewer nodes");
    }

    /// <summary>A part has been used: its entity may send another one.</summary>
    public void Used(FlowsPart part)
    {
        _waiting -= part.Block.Length;
        if (!part.IsLast)
        {
            _asker.Tell(new FlowAsker.Used(part.Query, part.Number));
        }
    }

    public void Dispose()
    {
        _asker.Tell(FlowAsker.End.Instance);
        _time.Dispose();
    }

    private async Task<bool> WaitAsync()
    {
        try
        {
            return await _parts.Reader.WaitToReadAsync(_time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_open.IsEmpty)
        {
            // All that came has been used, so what's open is waited for.
            throw new FlowQueryException($"flows: of {_partitions} partitions, {string.Join(", ", _open.Values.Distinct().Order())} did not answer within {_timeout.TotalSeconds:0.#} s.");
        }
    }
}
