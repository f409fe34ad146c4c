using System.Buffers;
using System.Buffers.Binary;

namespace Analyzer.Node.Export;

/// <summary>A message as it's sent, but for its header's time and number, which who sends it knows.</summary>
/// <param name="Bytes">Rented.</param>
/// <param name="Length">How many of them.</param>
/// <param name="Records">Data records in it.</param>
internal readonly record struct IpfixMessage(byte[] Bytes, int Length, int Records)
{
    /// <summary>RFC 7011, 3.1.</summary>
    public const int Header = 16;

    private const ushort Version = 10;

    /// <summary>Writes the header.</summary>
    /// <param name="sequence">Data records sent in this session before it.</param>
    /// <param name="domain">Observation domain.</param>
    public void Seal(uint sequence, uint domain)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Bytes, Version);
        BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(2), (ushort)Length);
        BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(4), (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(8), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(12), domain);
    }

    /// <summary>Who has it needs it no more.</summary>
    public void GiveBack() => ArrayPool<byte>.Shared.Return(Bytes);

    /// <summary>All templates, in as many messages as it takes.</summary>
    public static IReadOnlyList<IpfixMessage> Templates(int size)
    {
        const ushort templateSet = 2;
        var messages = new List<IpfixMessage>();
        var gather = new IpfixMessages(size, messages.Add);
        Span<byte> record = stackalloc byte[512];
        foreach (var template in IpfixTemplate.All)
        {
            gather.Add(templateSet, record[..template.WriteTemplate(record)], records: 0);
        }

        gather.Flush();
        return messages;
    }
}

/// <summary>Puts records into sets, and sets into messages of a size (RFC 7011, 3.3).</summary>
/// <param name="size">Bytes of a message at most.</param>
/// <param name="done">Takes each message.</param>
internal sealed class IpfixMessages(int size, Action<IpfixMessage> done)
{
    private const int SetHeader = 4;

    private byte[]? _bytes;
    private int _length;
    private int _records;
    private int _set;
    private int _setId;

    /// <summary>Whether there's a record in a message that isn't done.</summary>
    public bool IsAny => _bytes is not null;

    /// <summary>Adds a record to its set.</summary>
    public void Add(ushort setId, ReadOnlySpan<byte> record, int records = 1)
    {
        var isSame = _bytes is not null && _setId == setId;
        if (_bytes is not null && _length + record.Length + (isSame ? 0 : SetHeader) > size)
        {
            Flush();
            isSame = false;
        }

        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(size);
            _length = IpfixMessage.Header;
        }

        if (!isSame)
        {
            EndSet();
            (_set, _setId) = (_length, setId);
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_set), setId);
            _length += SetHeader;
        }

        record.CopyTo(_bytes.AsSpan(_length));
        _length += record.Length;
        _records += records;
    }

    /// <summary>Gives the message away as it is.</summary>
    public void Flush()
    {
        if (_bytes is null)
        {
            return;
        }

        EndSet();
        var message = new IpfixMessage(_bytes, _length, _records);
        (_bytes, _length, _records, _set) = (null, 0, 0, 0);
        done(message);
    }

    private void EndSet()
    {
        if (_set > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_set + 2), (ushort)(_length - _set));
        }
    }
}
