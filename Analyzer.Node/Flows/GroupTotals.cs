using System.Runtime.InteropServices;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Analyzer.Node.Flows;

/// <summary>How many flows have each value of a field, and the sums of another field of theirs.</summary>
internal sealed class GroupTotals(FlowPlan plan)
{
    private readonly RowField? _field = RowField.Find(plan.Key);
    private readonly RowField? _sumField = RowField.Find(plan.SumKey);
    private readonly Dictionary<string, (long Count, Int128 Sum)> _byName = new(StringComparer.Ordinal);
    // By a text's number, for a turn: later the number may stand for another.
    private (long Count, Int128 Sum)[] _byText = [];
    private IEnumerator<KeyValuePair<string, (long Count, Int128 Sum)>>? _left;

    public void Add(in FlowRow row, RowFields fields)
    {
        if (_field is { Kind: RowKind.Text })
        {
            var number = (int)_field.Get(row, fields);
            if (number >= _byText.Length)
            {
                Array.Resize(ref _byText, Math.Max(number + 1, fields.Texts.End));
            }

            Add(ref _byText[number], row, fields);
        }
        else if (fields.TryGet(plan.Key, out var value))
        {
            Add(ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, value.ToString(), out _), row, fields);
        }
    }

    /// <summary>The turn ends.</summary>
    public void EndTurn(FlowTexts texts)
    {
        for (var number = 0; number < _byText.Length; number++)
        {
            ref var told = ref _byText[number];
            if (told.Count > 0)
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, texts[number], out _);
                known = (known.Count + told.Count, known.Sum + told.Sum);
                told = default;
            }
        }
    }

    /// <summary>Moves some on to be told.</summary>
    /// <returns>Whether there were some.</returns>
    public bool MoveTo(PartWriter writer, int some)
    {
        _left ??= _byName.GetEnumerator();
        var moved = 0;
        while (moved < some && _left.MoveNext())
        {
            var (name, (count, sum)) = _left.Current;
            writer.Add(new FlowsGroup { Name = name, Count = count, Sum = sum });
            moved++;
        }

        return moved > 0;
    }

    private void Add(ref (long Count, Int128 Sum) group, in FlowRow row, RowFields fields)
    {
        group.Count++;
        if (plan.Result != FlowResult.GroupSums)
        {
            return;
        }

        if (_sumField is { Kind: RowKind.Number })
        {
            group.Sum += _sumField.IsIn(row, fields) ? (long)_sumField.Get(row, fields) : 0;
        }
        else if (fields.TryGet(plan.SumKey, out var value) && !value.IsEmpty)
        {
            var total = default(Common.Total);
            total.Add(value, plan.Step);
            group.Sum += total.Integers;
        }
    }
}
