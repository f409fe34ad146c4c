using System.Collections.Concurrent;

namespace Shared.Messages.Flows;

/// <summary>Flows as rows, with their texts and what only some of them have. Not thread-safe.</summary>
internal sealed class FlowRows
{
    private const int Usual = 512;
    private const int MostKept = 4 * Usual;
    private const int MostFree = 64;

    private static readonly ConcurrentBag<FlowRows> Free = [];

    private FlowRow[] _rows;
    private byte[]?[]? _details;

    /// <param name="capacity">How many there's room for at first.</param>
    public FlowRows(int capacity = 16) => _rows = new FlowRow[capacity];

    /// <summary>One that was given back, or another.</summary>
    public static FlowRows Rent() => Free.TryTake(out var rows) ? rows : new FlowRows(Usual);

    /// <summary>Who rented it needs it no more.</summary>
    public void GiveBack()
    {
        Clear();
        if (Free.Count < MostFree && _rows.Length <= MostKept)
        {
            Free.Add(this);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Theirs.</summary>
    public FlowTexts Texts { get; } = new();

    /// <summary>One of them, to be changed where it is.</summary>
    public ref FlowRow this[int index] => ref _rows[index];

    /// <summary>All of them.</summary>
    public ReadOnlySpan<FlowRow> Span => _rows.AsSpan(0, Count);

    /// <summary>What a row doesn't say of a flow: a <see cref="Flow"/> of that alone, as protobuf writes it; null: the row says it all.</summary>
    public byte[]? DetailsOf(int index) => _details?[index];

    /// <inheritdoc cref="DetailsOf"/>
    internal void SetDetails(int index, byte[] details)
    {
        _details ??= new byte[_rows.Length][];
        _details[index] = details;
    }

    /// <summary>Adds an empty row, to be filled.</summary>
    public ref FlowRow Add(byte[]? details = null)
    {
        ref var row = ref Next(details);
        row = default;
        return ref row;
    }

    /// <summary>Adds so many empty rows.</summary>
    internal Span<FlowRow> AddMany(int count)
    {
        if (Count + count > _rows.Length)
        {
            Resize(Math.Max(Count + count, 2 * Count));
        }

        var rows = _rows.AsSpan(Count, count);
        rows.Clear();
        Count += count;
        return rows;
    }

    private ref FlowRow Next(byte[]? details)
    {
        if (Count == _rows.Length)
        {
            Resize(2 * Count);
        }

        if (details is not null)
        {
            SetDetails(Count, details);
        }

        return ref _rows[Count++];
    }

    private void Resize(int length)
    {
        Array.Resize(ref _rows, length);
        if (_details is not null)
        {
            Array.Resize(ref _details, length);
        }
    }

    /// <summary>Adds another's row, with its texts and details.</summary>
    /// <param name="row">It.</param>
    /// <param name="texts">From its texts to these.</param>
    /// <param name="details">What it doesn't say.</param>
    public void Add(in FlowRow row, TextMap texts, byte[]? details)
    {
        ref var added = ref Next(details);
        added = row;
        texts.Map(ref added);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        if (_details is not null)
        {
            Array.Clear(_details, 0, Count);
        }

        Count = 0;
        Texts.Clear();
    }
}
