using System.Diagnostics;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Analyzer.Node.Flows;

/// <summary>
/// A plan's way through a partition's table, in turns of a few milliseconds, between which the table may change: what it stands
/// on is a number, and what it has found it finds again by its number and id. Fills parts of an answer.
/// </summary>
internal sealed class FlowScan
{
    /// <summary>Flows found by an index at most; for more, all are looked at, which can be done in turns.</summary>
    private const int MostCandidates = 1 << 14;

    private const int BetweenLooks = 256;

    /// <summary>Of this many the first are found without sorting all.</summary>
    private const int MostOnTop = 4096;

    private readonly FlowTable _table;
    private readonly RawPacketStore _packets;
    private readonly FlowPlan _plan;
    private readonly RowFilter _filter;
    private readonly TableFields _fields;
    private readonly PartWriter _writer;
    private readonly TopFlows? _top;
    private readonly FirstFlows? _first;
    private readonly SortedFlows? _sorted;
    private readonly FlowOrder? _order;
    private readonly GroupTotals? _groups;
    private readonly long _births;
    private readonly HashSet<MetaValue> _values = [];
    private readonly RowField? _field;
    private readonly bool _isPlainSum;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    // What's looked at: flows by number, one after the other, or all numbers below the end.
    private (int Number, ulong Uuid)[]? _candidates;
    private readonly int _end;
    private int _at;
    private long _told;
    private long _count;
    private Common.Total _sum;
    private CounterTotals _totals;

    /// <exception cref="GremlinException">The steps can't be read.</exception>
    public FlowScan(QueryFlows query, FlowTable table, RawPacketStore packets)
    {
        _table = table;
        _packets = packets;
        _plan = FlowPlan.Parse(query.Steps);
        var condition = _plan.Condition;
        if (query.NodeTids.Count > 0)
        {
            condition = condition.And(OneOf("NodeTID", query.NodeTids));
        }

        if (query.Uuids.Count > 0)
        {
            condition = condition.And(OneOf("UUID", query.Uuids));
        }

        _filter = new RowFilter(condition);
        _fields = new TableFields(table);
        _writer = new PartWriter(table);
        _field = _plan.IsOfLatest ? RowField.FindLatest(_plan.Key) : _plan.Key.Length > 0 ? RowField.Find(_plan.Key) : null;
        _isPlainSum = _plan.Result == FlowResult.Sum && _field is { Kind: RowKind.Number, Needs: FlowParts.None, IsOfUpdate: false };
        if (_plan.IsOrdered)
        {
            _order = new FlowOrder(_plan);
            _sorted = new SortedFlows(_order);
            _first = _plan.Dedup is { } keys ? new FirstFlows(keys, _order) : null;
            _top = _first is null && _plan.Limit is { } limit && limit <= MostOnTop ? new TopFlows(limit, _order) : null;
        }

        _groups = _plan.Result is FlowResult.GroupCounts or FlowResult.GroupSums ? new GroupTotals(_plan) : null;
        _births = table.Births;
        _candidates = Candidates(condition);
        _end = _candidates?.Length ?? table.End;
    }

    /// <summary>Flows it has looked at.</summary>
    public int Looked => _at;

    /// <summary>Goes on until there's a part, or for as long as a turn is.</summary>
    /// <param name="until">Timestamp of the stopwatch at which the turn is over.</param>
    /// <returns>A part; null: it isn't whole yet.</returns>
    /// <exception cref="GremlinException">Something only the run could find.</exception>
    public FlowsPart? Next(long until)
    {
        if (_plan.Result == FlowResult.Count && _filter.IsAlways && _candidates is null)
        {
            _count = _table.Count;
            return Last();
        }

        _filter.ForgetTexts();
        _writer.BeginTurn();
        try
        {
            while (true)
            {
                if (_writer.Full() is { } part)
                {
                    return part;
                }

                if (_at < _end)
                {
                    LookAt(Math.Min(_end, _at + BetweenLooks));
                }
                else if (!GoOn())
                {
                    return Last();
                }

                if (Stopwatch.GetTimestamp() >= until)
                {
                    return _writer.Full();
                }
            }
        }
        finally
        {
            _groups?.EndTurn(_table.Texts);
        }
    }

    private void LookAt(int stop)
    {
        if (_candidates is null)
        {
            LookAtAll(stop);
        }

        while (_at < stop && !_writer.IsFull)
        {
            LookAtCandidate(_candidates![_at++]);
        }
    }

    // All has been looked at: what was gathered of it is told.
    private bool GoOn()
    {
        if (_groups is not null)
        {
            _groups.EndTurn(_table.Texts);
            return _groups.MoveTo(_writer, BetweenLooks);
        }

        if (_sorted is null || _top?.MoveTo(_sorted) == true || _first?.MoveTo(_sorted, BetweenLooks) == true)
        {
            return _sorted is not null;
        }

        for (var i = 0; i < BetweenLooks && !_writer.IsFull; i++)
        {
            if (_told == (_plan.Limit ?? long.MaxValue) || !_sorted.TryNext(out var flow))
            {
                return false;
            }

            // What was found may have gone, and another flow may have its number.
            if (_table[flow.Number].Row.Uuid == flow.Uuid)
            {
                _told++;
                _writer.Add(flow.Number);
            }
        }

        return true;
    }

    // The filter comes first: it looks at one place of most rows, and they lie far apart.
    private void LookAtAll(int stop)
    {
        while (_at < stop && !_writer.IsFull)
        {
            var entries = _table.Together(_at, stop);
            if (_filter.IsAlways && _isPlainSum && _table.Births == _births)
            {
                Sum(entries);
                _at += entries.Length;
                continue;
            }

            foreach (ref readonly var entry in entries)
            {
                _fields.MoveTo(_at++);
                ref readonly var row = ref entry.Row;
                if (_filter.Holds(row, _fields) && row.Uuid != 0 && IsOld(entry))
                {
                    Take(row);
                    if (_writer.IsFull)
                    {
                        break;
                    }
                }
            }
        }
    }

    // A flow that has gone and come back since the query began may have been looked at already.
    private bool IsOld(in FlowEntry entry) => entry.Born <= _births;

    // What isn't used has zeros.
    private void Sum(ReadOnlySpan<FlowEntry> entries)
    {
        Int128 sum = 0;
        if (_field!.Latest is { } latest)
        {
            foreach (ref readonly var entry in entries)
            {
                sum += latest(entry.Row, entry.Update);
            }
        }
        else
        {
            var get = _field.Get;
            foreach (ref readonly var entry in entries)
            {
                sum += (long)get(entry.Row, _fields);
            }
        }

        _sum.Integers += sum;
    }

    private void LookAtCandidate((int Number, ulong Uuid) candidate)
    {
        ref readonly var entry = ref _table[candidate.Number];
        // What was found may have gone, and another flow may have its number.
        if (entry.Row.Uuid != candidate.Uuid || !IsOld(entry))
        {
            return;
        }

        _fields.MoveTo(candidate.Number);
        if (_filter.Holds(entry.Row, _fields))
        {
            Take(entry.Row);
        }
    }

    private void Take(in FlowRow row)
    {
        switch (_plan.Result)
        {
            case FlowResult.Count:
                _count++;
                break;
            case FlowResult.Sum when TryGet(row, out var value):
                _sum.Add(value, _plan.Step);
                break;
            case FlowResult.Values when TryGet(row, out var value):
                _writer.Add(value);
                break;
            case FlowResult.Keys:
                foreach (var key in _fields.Keys())
                {
                    if (_keys.Add(key))
                    {
                        _writer.Add(key);
                    }
                }

                break;
            case FlowResult.Packets:
                foreach (var packet in _packets.Of([FlowForms.Id(row.Uuid)]))
                {
                    _writer.Add(packet);
                }

                break;
            case FlowResult.DistinctValues when TryGet(row, out var value):
                if (_values.Add(value))
                {
                    _writer.Add(value);
                }

                break;
            case FlowResult.DistinctCount:
                var alike = FlowAnswer.DedupKey(_fields, _plan.Dedup!);
                if (alike.Kind == MetaKind.Null)
                {
                    _count++;
                }
                else if (_values.Add(alike))
                {
                    _writer.Add(alike);
                }

                break;
            case FlowResult.Totals:
                _totals.Add(row, _fields.Update);
                break;
            case FlowResult.GroupCounts or FlowResult.GroupSums:
                _groups!.Add(row, _fields);
                break;
            case FlowResult.Flows or FlowResult.Groups when _top is not null:
                _top.Offer(row, _fields, _fields.Number);
                break;
            case FlowResult.Flows or FlowResult.Groups when _first is not null:
                _first.Offer(row, _fields, _fields.Number);
                break;
            case FlowResult.Flows or FlowResult.Groups when _sorted is not null:
                _sorted.Add(_order!.RankOf(row, _fields), _fields.Number);
                break;
            case FlowResult.Flows or FlowResult.Metrics:
                _writer.Add(_fields.Number);
                break;
        }
    }

    private bool TryGet(in FlowRow row, out MetaValue value)
    {
        if (_field is null)
        {
            return _fields.TryGet(_plan.Key, out value) && !value.IsNothing;
        }

        value = _field.IsIn(row, _fields) ? _field.Value(row, _fields) : default;
        return !value.IsNothing;
    }

    private FlowsPart Last()
    {
        var last = _writer.Rest() ?? new FlowsPart();
        if (!_writer.IsEmpty)
        {
            return last;
        }

        last.IsLast = true;
        last.Count = _count;
        last.Sum = _sum.Integers;
        if (_plan.Result == FlowResult.Totals)
        {
            last.Groups.AddRange(_totals.Told());
        }

        return last;
    }

    // By the criterion that leaves the fewest.
    private (int, ulong)[]? Candidates(Condition condition)
    {
        if (Ids(condition, "UUID") is { } uuids)
        {
            return Found(uuids.Select(_table.Find).Where(number => number >= 0));
        }

        if (Ids(condition, "TrackingID") is { } tracked)
        {
            return Found(tracked.SelectMany(_table.OfTracking));
        }

        if (Ids(condition, "L3TrackingID") is { } l3Tracked)
        {
            return Found(l3Tracked.SelectMany(_table.OfL3Tracking));
        }

        return condition.TextsOf("NodeTID") is { } nodes ? Found(nodes.Distinct(StringComparer.Ordinal).SelectMany(_table.OfNode)) : null;
    }

    private (int, ulong)[]? Found(IEnumerable<int> numbers)
    {
        var found = numbers.Take(MostCandidates + 1).Distinct().Select(number => (number, _table[number].Row.Uuid)).ToArray();
        return found.Length > MostCandidates ? null : found;
    }

    // The flows without an id are in no index.
    private static IEnumerable<ulong>? Ids(Condition condition, string key)
    {
        if (condition.TextsOf(key) is not { } texts || texts.Contains("", StringComparer.Ordinal))
        {
            return null;
        }

        var ids = new HashSet<ulong>();
        foreach (var text in texts)
        {
            if (FlowForms.TryId(text, out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static Condition.Matching OneOf(string key, IEnumerable<string> texts) => new(key, Predicates.Equal(Quantifier.Any, [.. texts.Select(text => (MetaValue)text)]));
}
