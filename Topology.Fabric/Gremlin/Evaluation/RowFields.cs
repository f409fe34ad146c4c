using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>
/// The fields of one flow after the other where flows lie as rows. What rows have is read there; for the rest the flow is made
/// as a message. The same under the same keys as <see cref="FlowFields"/>.
/// </summary>
internal abstract class RowFields : IFields
{
    private Flow? _flow;

    /// <summary>The row of the flow that's looked at.</summary>
    public abstract ref readonly FlowRow Row { get; }

    /// <summary>What the rows' texts are numbers of.</summary>
    public abstract FlowTexts Texts { get; }

    /// <summary>What the flow's last update added.</summary>
    public abstract FlowUpdate Update { get; }

    /// <summary>What the row doesn't say.</summary>
    public abstract byte[]? Details { get; }

    /// <summary>The flow as a message.</summary>
    public Flow Flow => _flow ??= FlowUpdate.ToFlow(Row, Texts, Details, Update);

    public bool TryGet(string key, out MetaValue value)
    {
        if (RowField.Find(key) is not { } field)
        {
            return FlowView.TryGet(Flow, key, out value);
        }

        var isThere = field.IsIn(Row, this);
        value = isThere ? field.Value(Row, this) : default;
        return isThere;
    }

    public bool Any(string key, Func<MetaValue, bool> condition) => RowField.Find(key) is null
        ? new FlowFields(Flow).Any(key, condition)
        : TryGet(key, out var value) && condition(value);

    public IEnumerable<string> Keys() => FlowView.Keys(Flow);

    /// <summary>It's another flow now.</summary>
    protected void Moved() => _flow = null;
}

/// <summary>Of rows as they came in a part of an answer.</summary>
internal sealed class PartFields(FlowRows rows, IReadOnlyList<FlowUpdate> updates) : RowFields
{
    private int _index;

    public override ref readonly FlowRow Row => ref rows[_index];

    public override FlowTexts Texts => rows.Texts;

    public override FlowUpdate Update => updates[_index];

    public override byte[]? Details => rows.DetailsOf(_index);

    public void MoveTo(int index)
    {
        _index = index;
        Moved();
    }
}
