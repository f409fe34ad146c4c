using System.Diagnostics;
using Shared.Messages.Flows;
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

    private readonly FlowTable _table;
    private readonly RawPacketStore _packets;
    private readonly FlowPlan _plan;
    private readonly RowFilter _filter;
    private readonly TableFields _fields;
    private readonly PartWriter _writer;
    private readonly TopFlows? _top;
    private readonly RowField? _field;
    private readonly bool _isPlainSum;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    // What's looked at: flows by number, one after the other, or all numbers below the end.
    private (int Number, ulong Uuid)[]? _candidates;
    private readonly int _end;
    private int _at;
    private bool _isSorted;
    private long _count;
    private Common.Total _sum;

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
        _field = _plan.Key.Length > 0 ? RowField.Find(_plan.Key) : null;
        _isPlainSum = _plan.Result == FlowResult.Sum && _field is { Kind: RowKind.Number, Needs: FlowParts.None, IsOfUpdate: false };
        _top = _plan.Limit is { } limit && _plan.Result == FlowResult.Flows ? new TopFlows(limit, new FlowOrder(_plan)) : null;
        _candidates = Candidates(condition);
        _end = _candidates?.Length ?? table.End;
    }

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
        while (true)
        {
            if (_writer.Full() is { } part)
            {
                return part;
            }

            if (!_isSorted && _at == _end && _top is not null)
            {
                (_candidates, _at, _isSorted) = (_top.ToArray(), 0, true);
            }

            var end = _isSorted ? _candidates!.Length : _end;
            if (_at == end)
            {
                return Last();
            }

            var stop = Math.Min(end, _at + BetweenLooks);
            if (_candidates is null)
            {
                LookAtAll(stop);
            }

            while (_at < stop && !_writer.IsFull)
            {
                LookAtCandidate(_candidates![_at++]);
            }

            if (Stopwatch.GetTimestamp() >= until)
            {
                return _writer.Full();
            }
        }
    }

    // The filter comes first: it looks at one place of most rows, and they lie far apart.
    private void LookAtAll(int stop)
    {
        while (_at < stop && !_writer.IsFull)
        {
            var entries = _table.Together(_at, stop);
            if (_filter.IsAlways && _isPlainSum)
            {
                Sum(entries);
                _at += entries.Length;
                continue;
            }

            foreach (ref readonly var entry in entries)
            {
                _fields.MoveTo(_at++);
                ref readonly var row = ref entry.Row;
                if (_filter.Holds(row, _fields) && row.Uuid != 0)
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

    // What isn't used has zeros.
    private void Sum(ReadOnlySpan<FlowEntry> entries)
    {
        var get = _field!.Get;
        Int128 sum = 0;
        foreach (ref readonly var entry in entries)
        {
            sum += (long)get(entry.Row, _fields);
        }

        _sum.Integers += sum;
    }

    private void LookAtCandidate((int Number, ulong Uuid) candidate)
    {
        ref readonly var row = ref _table[candidate.Number].Row;
        // What was found may have gone, and another flow may have its number.
        if (row.Uuid != candidate.Uuid)
        {
            return;
        }

        _fields.MoveTo(candidate.Number);
        if (_isSorted)
        {
            _writer.Add(candidate.Number);
        }
        else if (_filter.Holds(row, _fields))
        {
            Take(row);
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
            case FlowResult.Flows when _top is not null:
                _top.Offer(row, _fields, _fields.Number);
                break;
            case FlowResult.Flows:
                _writer.Add(_fields.Number);
                break;
        }
    }

    private bool TryGet(in FlowRow row, out MetaValue value)
    {
        if (_field is null)
        {
            return _fields.TryGet(_plan.Key, out value) && !value.IsEmpty;
        }

        value = _field.IsIn(row, _fields) ? _field.Value(row, _fields) : default;
        return !value.IsEmpty;
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
        last.SumHigh = (long)(_sum.Integers >> 64);
        last.SumLow = (ulong)(_sum.Integers & ulong.MaxValue);
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
