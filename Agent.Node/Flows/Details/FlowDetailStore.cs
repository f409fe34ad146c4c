namespace Agent.Node.Flows.Details;

/// <summary>The details of a table's flows, by the number their record has (<see cref="FlowRecord.Details"/>; 0: none). Not thread-safe.</summary>
/// <param name="memory">Details count in it: flows leave for them where it's limited. Null: it isn't.</param>
internal sealed class FlowDetailStore(FlowMemory? memory = null)
{
    /// <summary>About what a flow's details take in bytes.</summary>
    private const int Size = 512;

    private readonly Stack<int> _free = new();
    private FlowDetails?[] _details = new FlowDetails?[1];
    private int _used = 1;

    /// <summary>Flows that have details.</summary>
    internal int Count => _used - 1 - _free.Count;

    /// <summary>The flow's details, or null.</summary>
    internal FlowDetails? Find(in FlowRecord record) => record.Details == 0 ? null : _details[record.Details];

    /// <summary>The flow's details, made if it has none.</summary>
    internal FlowDetails Of(ref FlowRecord record)
    {
        if (record.Details == 0)
        {
            record.Details = Add();
        }

        return _details[record.Details]!;
    }

    /// <summary>The flow leaves the table.</summary>
    internal void Remove(ref FlowRecord record)
    {
        if (record.Details == 0)
        {
            return;
        }
        // Those nobody has taken: nobody is interested.
        _details[record.Details]!.RawPackets?.Take();
        _details[record.Details]!.Starts?.End();
        _details[record.Details] = null;
        memory?.GiveBack(Size);
        _free.Push(record.Details);
        record.Details = 0;
    }

    private int Add()
    {
        if (!_free.TryPop(out var number))
        {
            number = _used++;
            if (number == _details.Length)
            {
                Array.Resize(ref _details, number * 2);
            }
        }
        memory?.Take(Size);
        _details[number] = new FlowDetails();
        return number;
    }
}
