using System.Buffers.Binary;

namespace Agent.Node.Decoding.Applications;

/// <summary>A question of a DNS message (RFC 1035, 4.1.2).</summary>
internal readonly record struct DnsQuestionHeader(int Name, ushort Type, ushort Class);

/// <summary>A resource record of a DNS message (RFC 1035, 4.1.3); offsets are into the message.</summary>
internal readonly record struct DnsRecordHeader(int Name, ushort Type, ushort Class, uint TimeToLive, int Data, int DataLength);

/// <summary>
/// A DNS message (RFC 1035, 4.1; multicast DNS, RFC 6762, 18): the header, and then question by question and record by
/// record, as far as they were captured.
/// </summary>
internal ref struct DnsMessage
{
    internal const int HeaderLength = 12;

    // RFC 6762, 5.4 and 10.2: multicast DNS uses a class's highest bit for itself.
    private const ushort ClassMask = 0x7fff;
    private const int QuestionTail = 4;
    private const int RecordTail = 10;

    private readonly ReadOnlySpan<byte> _message;
    private readonly ushort _flags;
    private int _offset;
    private int _questionsLeft;
    private int _answersLeft;
    private bool _isBroken;

    private DnsMessage(ReadOnlySpan<byte> message)
    {
        _message = message;
        Id = BinaryPrimitives.ReadUInt16BigEndian(message);
        _flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        Questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        Answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        Authorities = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        Additionals = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        _offset = HeaderLength;
        _questionsLeft = Questions;
        _answersLeft = Answers;
    }

    internal ushort Id { get; }

    internal readonly bool IsResponse => (_flags & 0x8000) != 0;

    internal readonly int OpCode => (_flags >> 11) & 0xf;

    internal readonly bool IsAuthoritative => (_flags & 0x0400) != 0;

    internal readonly bool IsTruncated => (_flags & 0x0200) != 0;

    internal readonly bool RecursionDesired => (_flags & 0x0100) != 0;

    internal readonly bool RecursionAvailable => (_flags & 0x0080) != 0;

    internal readonly int ResponseCode => _flags & 0xf;

    internal ushort Questions { get; }

    internal ushort Answers { get; }

    internal ushort Authorities { get; }

    internal ushort Additionals { get; }

    /// <summary>How far was read.</summary>
    internal readonly int Offset => _offset;

    /// <summary>False when the header isn't whole, or isn't one that is in use.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out DnsMessage message)
    {
        message = default;
        if (data.Length < HeaderLength)
        {
            return false;
        }

        var read = new DnsMessage(data);
        const int highestOpCode = 6;
        const int unassignedOpCode = 3;
        const ushort zero = 0x0040;
        const int mostQuestions = 64;
        if (read.OpCode > highestOpCode || read.OpCode == unassignedOpCode || (read._flags & zero) != 0 || read.Questions > mostQuestions
            || (!read.IsResponse && read.ResponseCode != 0))
        {
            return false;
        }
        message = read;
        return true;
    }

    /// <summary>The next question; false when there's none, or it isn't whole.</summary>
    internal bool TryReadQuestion(out DnsQuestionHeader question)
    {
        question = default;
        var name = _offset;
        if (_isBroken || _questionsLeft == 0)
        {
            return false;
        }

        if (!DnsName.TrySkip(_message, ref _offset) || _offset + QuestionTail > _message.Length)
        {
            _isBroken = true;
            return false;
        }
        _questionsLeft--;
        var tail = _message[_offset..];
        question = new DnsQuestionHeader(name, BinaryPrimitives.ReadUInt16BigEndian(tail), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(tail[2..]) & ClassMask));
        _offset += QuestionTail;
        return true;
    }

    /// <summary>The next record of the answer section, for one who has read all questions; false when there's none, or it isn't whole.</summary>
    internal bool TryReadAnswer(out DnsRecordHeader record)
    {
        record = default;
        var name = _offset;
        if (_isBroken || _questionsLeft != 0 || _answersLeft == 0)
        {
            return false;
        }

        if (!DnsName.TrySkip(_message, ref _offset) || _offset + RecordTail > _message.Length)
        {
            _isBroken = true;
            return false;
        }
        _answersLeft--;
        var tail = _message[_offset..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(tail[8..]);
        var data = _offset + RecordTail;
        if (data + length > _message.Length)
        {
            _isBroken = true;
            return false;
        }
        record = new DnsRecordHeader(
            name, BinaryPrimitives.ReadUInt16BigEndian(tail), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(tail[2..]) & ClassMask), BinaryPrimitives.ReadUInt32BigEndian(tail[4..]), data, length);
        _offset = data + length;
        return true;
    }

    /// <summary>A name in presentation format; -1 when it isn't whole or can't be.</summary>
    internal readonly int WriteName(int offset, Span<char> text) => DnsName.Write(_message, offset, text);

    /// <summary>A record's data.</summary>
    internal readonly ReadOnlySpan<byte> DataOf(in DnsRecordHeader record) => _message.Slice(record.Data, record.DataLength);
}
