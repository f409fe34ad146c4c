using System.Buffers.Binary;
using System.Net;
using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;
using Dns = Shared.Messages.Flows.Dns;

namespace Agent.Node.Flows.Applications;

/// <summary>
/// A flow's DNS messages: the last one's header, the first few questions and answers, and the time a response takes. It
/// goes on for the whole flow; a message allocates only for a question or answer that is new and has room.
/// </summary>
internal sealed class DnsFacts : ApplicationFacts
{
    private const int MaximumQuestions = 8;
    private const int MaximumAnswers = 16;

    /// <summary>Records looked at per message.</summary>
    private const int MaximumRecords = 32;
    private const int MaximumTexts = 4;

    private readonly Dns _dns = new();
    private readonly DnsPending _pending = new();
    private readonly HashSet<ulong> _seen = [];

    internal override string Name => "DNS";

    internal override bool IsLayer => true;

    internal override void AddTo(Flow flow) => flow.Dns = _dns.Clone();

    /// <param name="message">As read from its header.</param>
    /// <param name="fromA">Whether the flow's A sent it.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    internal void Take(DnsMessage message, bool fromA, long time)
    {
        TakeHeader(message);
        if (message.IsResponse)
        {
            _dns.Responses++;
            _dns.ResponseCode = DnsNumbers.ResponseCodeName(message.ResponseCode);
            if (_pending.Take(message.Id, fromA, time) is var latency and >= 0)
            {
                _dns.LatencyNs = latency;
            }
        }
        else
        {
            _dns.Queries++;
            _pending.Add(message.Id, fromA, time);
        }
        Span<char> text = stackalloc char[DnsName.MaximumText];
        for (var i = 0; i < MaximumRecords && message.TryReadQuestion(out var question); i++)
        {
            TakeQuestion(message, question, text);
        }

        if (!message.IsResponse)
        {
            return;
        }

        for (var i = 0; i < MaximumRecords && message.TryReadAnswer(out var record); i++)
        {
            TakeAnswer(message, record, text);
        }
    }

    private void TakeHeader(in DnsMessage message)
    {
        _dns.Id = message.Id;
        _dns.Qr = message.IsResponse;
        _dns.OpCode = DnsNumbers.OpCodeName(message.OpCode);
        _dns.Aa = message.IsAuthoritative;
        _dns.Tc = message.IsTruncated;
        _dns.Rd = message.RecursionDesired;
        _dns.Ra = message.RecursionAvailable;
        _dns.QdCount = message.Questions;
        _dns.AnCount = message.Answers;
        _dns.NsCount = message.Authorities;
        _dns.ArCount = message.Additionals;
    }

    private void TakeQuestion(in DnsMessage message, in DnsQuestionHeader question, Span<char> text)
    {
        if (_dns.Questions.Count == MaximumQuestions)
        {
            return;
        }

        var length = message.WriteName(question.Name, text);
        if (length < 0 || !_seen.Add(Fingerprint(text[..length], question.Type, question.Class, 0)))
        {
            return;
        }

        _dns.Questions.Add(new DnsQuestion { Name = text[..length].ToString(), Type = DnsNumbers.TypeName(question.Type), Class = DnsNumbers.ClassName(question.Class) });
    }

    private void TakeAnswer(in DnsMessage message, in DnsRecordHeader record, Span<char> text)
    {
        if (_dns.Answers.Count == MaximumAnswers)
        {
            return;
        }

        var length = message.WriteName(record.Name, text);
        if (length < 0)
        {
            return;
        }

        var data = new HashCode();
        data.AddBytes(message.DataOf(record));
        if (!_seen.Add(Fingerprint(text[..length], record.Type, record.Class, data.ToHashCode())))
        {
            return;
        }

        var answer = new DnsRecord
        {
            Name = text[..length].ToString(),
            Type = DnsNumbers.TypeName(record.Type),
            Class = DnsNumbers.ClassName(record.Class),
            Ttl = record.TimeToLive,
            DataLength = (uint)record.DataLength,
        };
        if (record.Class == DnsNumbers.Internet)
        {
            AddData(answer, message, record, text);
        }

        _dns.Answers.Add(answer);
    }

    private static ulong Fingerprint(ReadOnlySpan<char> name, ushort type, ushort number, int data) =>
        ((ulong)(uint)string.GetHashCode(name) << 32) | (uint)HashCode.Combine(type, number, data);

    private static void AddData(DnsRecord answer, in DnsMessage message, in DnsRecordHeader record, Span<char> text)
    {
        const int mxHeader = 2;
        const int srvHeader = 6;
        var data = message.DataOf(record);
        switch (record.Type)
        {
            case DnsNumbers.A when data.Length == 4:
            case DnsNumbers.Aaaa when data.Length == 16:
                answer.Ip = new IPAddress(data).ToString();
                break;
            case DnsNumbers.Ns:
                answer.Ns = NameAt(message, record.Data, text);
                break;
            case DnsNumbers.Cname:
                answer.Cname = NameAt(message, record.Data, text);
                break;
            case DnsNumbers.Ptr:
                answer.Ptr = NameAt(message, record.Data, text);
                break;
            case DnsNumbers.Mx when data.Length > mxHeader:
                answer.Mx = new DnsMx { Preference = BinaryPrimitives.ReadUInt16BigEndian(data), Name = NameAt(message, record.Data + mxHeader, text) };
                break;
            case DnsNumbers.Srv when data.Length > srvHeader:
                answer.Srv = new DnsSrv
                {
                    Priority = BinaryPrimitives.ReadUInt16BigEndian(data),
                    Weight = BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
                    Port = BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
                    Name = NameAt(message, record.Data + srvHeader, text),
                };
                break;
            case DnsNumbers.Txt:
                AddTexts(answer, data);
                break;
            case DnsNumbers.Soa:
                answer.Soa = ReadSoa(message, record, text);
                break;
        }
    }

    private static string NameAt(in DnsMessage message, int offset, Span<char> text) =>
        message.WriteName(offset, text) is var length and >= 0 ? text[..length].ToString() : "";

    // RFC 1035, 3.3.14: strings, each behind its length.
    private static void AddTexts(DnsRecord answer, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0 && data.Length > data[0] && answer.Txts.Count < MaximumTexts)
        {
            answer.Txts.Add(WireText.Of(data.Slice(1, data[0]), byte.MaxValue, keepSpaces: true));
            data = data[(1 + data[0])..];
        }
    }

    // RFC 1035, 3.3.13.
    private static DnsSoa? ReadSoa(in DnsMessage message, in DnsRecordHeader record, Span<char> text)
    {
        var data = message.DataOf(record);
        const int numbers = 5 * sizeof(uint);
        var names = 0;
        if (!DnsName.TrySkip(data, ref names))
        {
            return null;
        }

        var rname = names;
        if (!DnsName.TrySkip(data, ref names) || data.Length < names + numbers)
        {
            return null;
        }

        data = data[names..];
        return new DnsSoa
        {
            Mname = NameAt(message, record.Data, text),
            Rname = NameAt(message, record.Data + rname, text),
            Serial = BinaryPrimitives.ReadUInt32BigEndian(data),
            Refresh = BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            Retry = BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
            Expire = BinaryPrimitives.ReadUInt32BigEndian(data[12..]),
            Minimum = BinaryPrimitives.ReadUInt32BigEndian(data[16..]),
        };
    }
}

/// <summary>The last queries that have no response yet, few enough to look through: the oldest is forgotten for the next.</summary>
internal sealed class DnsPending
{
    private const int Capacity = 8;
    private const long NoTime = long.MinValue;

    private readonly (ushort Id, bool FromA, long Time)[] _queries = new (ushort, bool, long)[Capacity];
    private int _next;

    internal DnsPending() => Array.Fill(_queries, (default, default, NoTime));

    /// <summary>A query was seen; one that is sent again counts from the first time.</summary>
    internal void Add(ushort id, bool fromA, long time)
    {
        foreach (var query in _queries)
        {
            if (query.Time != NoTime && query.Id == id && query.FromA == fromA)
            {
                return;
            }
        }
        _queries[_next] = (id, fromA, time);
        _next = (_next + 1) % Capacity;
    }

    /// <summary>Nanoseconds since the query this answers; -1 if there's none.</summary>
    internal long Take(ushort id, bool fromA, long time)
    {
        foreach (ref var query in _queries.AsSpan())
        {
            if (query.Time == NoTime || query.Id != id || query.FromA == fromA)
            {
                continue;
            }

            var latency = time - query.Time;
            query.Time = NoTime;
            return latency >= 0 ? latency : -1;
        }
        return -1;
    }
}
