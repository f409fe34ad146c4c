using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Analyzer.Node.Flows;

/// <summary>Makes parts of an answer, none larger than a message may be.</summary>
internal sealed class PartWriter(FlowTable table)
{
    /// <summary>Bytes of a part at most; some are left for the message around it.</summary>
    public const int MostBytes = 60 << 10;

    /// <summary>How large flows' parts are made: how well they compress is known only when they are.</summary>
    private const int WantedBytes = 48 << 10;

    /// <summary>What a packet or value takes besides its bytes, at most.</summary>
    private const int Overhead = 96;

    private readonly FlowRows _rows = new(512);
    private readonly List<FlowUpdate> _updates = [];
    private readonly Queue<FlowsPart> _whole = [];
    private TextMap? _texts;
    private FlowsPart _part = new();
    private int _bytes;
    private double _bytesOfRow = 150;

    /// <summary>There's enough for a part.</summary>
    public bool IsFull => _whole.Count > 0 || (_rows.Count + 1) * _bytesOfRow > WantedBytes;

    /// <summary>There's nothing in it.</summary>
    public bool IsEmpty => _whole.Count == 0 && _rows.Count == 0 && _bytes == 0;

    /// <summary>A part if there's enough for it.</summary>
    public FlowsPart? Full() => IsFull ? Rest() : null;

    /// <summary>What there is, a part of it at a time; null: nothing.</summary>
    public FlowsPart? Rest()
    {
        if (_whole.Count == 0)
        {
            EndRows();
            EndItems();
        }

        return _whole.TryDequeue(out var part) ? part : null;
    }

    /// <summary>The table may have changed.</summary>
    public void BeginTurn() => _texts = null;

    /// <summary>Adds a flow.</summary>
    public void Add(int number)
    {
        // Between two turns the table may give a text's number to another: only while rows are gathered in one the map is true.
        _rows.Add(table[number].Row, _texts ??= new TextMap(table.Texts, _rows.Texts), table.DetailsOf(number));
        _updates.Add(table[number].Update);
    }

    /// <summary>Adds a value.</summary>
    public void Add(MetaValue value)
    {
        var message = GraphProtocol.ToMessage(value);
        Reserve(message.CalculateSize() + Overhead);
        _part.Values.Add(message);
    }

    /// <summary>Adds a group.</summary>
    public void Add(FlowsGroup group)
    {
        Reserve(group.CalculateSize() + Overhead);
        _part.Groups.Add(group);
    }

    /// <summary>Adds a packet, in pieces where it's too large for one part.</summary>
    public void Add(RawPacket packet)
    {
        const int most = MostBytes / 2;
        for (var at = 0; ; at += most)
        {
            var piece = packet;
            if (packet.Data.Length > most)
            {
                piece = packet.Clone();
                piece.Data = UnsafeByteOperations.UnsafeWrap(packet.Data.Memory[at..Math.Min(at + most, packet.Data.Length)]);
            }

            Reserve(piece.CalculateSize() + Overhead);
            _part.RawPackets.Add(piece);
            if (at + most >= packet.Data.Length)
            {
                return;
            }

            _part.Continues = true;
            EndItems();
        }
    }

    private void Reserve(int bytes)
    {
        if (_bytes > 0 && _bytes + bytes > MostBytes)
        {
            EndItems();
        }

        _bytes += bytes;
    }

    private void EndItems()
    {
        if (_bytes > 0)
        {
            _whole.Enqueue(_part);
            (_part, _bytes) = (new FlowsPart(), 0);
        }
    }

    private void EndRows()
    {
        if (_rows.Count > 0)
        {
            Write(_rows, 0, _updates.Count);
            _rows.Clear();
            _texts = null;
            _updates.Clear();
        }
    }

    private void Write(FlowRows rows, int first, int count)
    {
        var part = new FlowsPart { Block = UnsafeByteOperations.UnsafeWrap(FlowBlock.Write(rows)) };
        for (var i = 0; i < count; i++)
        {
            _updates[first + i].AddTo(part.Updates, rows[i]);
        }

        var bytes = part.CalculateSize();
        if (bytes <= MostBytes || count == 1)
        {
            _bytesOfRow = (double)bytes / count;
            _whole.Enqueue(part);
            return;
        }

        var half = count / 2;
        Write(Copied(rows, 0, half), first, half);
        Write(Copied(rows, half, count - half), first + half, count - half);
    }

    private static FlowRows Copied(FlowRows rows, int first, int count)
    {
        var copy = new FlowRows(count);
        var texts = new TextMap(rows.Texts, copy.Texts);
        for (var i = first; i < first + count; i++)
        {
            copy.Add(rows[i], texts, rows.DetailsOf(i));
        }

        return copy;
    }
}
