using System.Buffers.Binary;
using System.Net;
using Agent.Node.Flows;

namespace Agent.Node.Capture.NetFlow;

/// <summary>
/// NetFlow 5, NetFlow 9 (RFC 3954) and IPFIX (RFC 7011) datagrams, told apart by their version: counts their records in a
/// flow table, where both directions of a flow become one. Reads what anybody sends: what doesn't add up is counted and left.
/// </summary>
internal sealed class NetFlowCollector(FlowEngine engine)
{
    private const ushort Version5 = 5;
    private const ushort Version9 = 9;
    private const ushort Ipfix = 10;
    internal const int MostDomains = 256;
    private const ushort SmallestDataSet = 256;
    private const int SetHeader = 4;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long FurthestAhead = 3600 * NanosecondsPerSecond;

    private readonly Dictionary<DomainKey, ObservationDomain> _domains = [];

    /// <summary>Flow records counted.</summary>
    internal long Records { get; private set; }

    /// <summary>Of each protocol's own kind: flows (version 5), datagrams (9), records (IPFIX).</summary>
    internal long Lost { get; private set; }

    /// <summary>Sets of records whose template hasn't come yet.</summary>
    internal long UnknownTemplates { get; private set; }

    /// <summary>Datagrams of another kind, or whose rest didn't add up.</summary>
    internal long Broken { get; private set; }

    /// <summary>What is remembered of exporters, whatever they send.</summary>
    internal (int Domains, int Templates, int Samplers) Kept => (_domains.Count, _domains.Values.Sum(domain => domain.Templates), _domains.Values.Sum(domain => domain.Samplers));

    /// <summary>Reads one datagram.</summary>
    /// <param name="datagram">As received.</param>
    /// <param name="exporter">Who sent it; may be another's by the next call.</param>
    /// <param name="now">When it came, nanoseconds since 1970.</param>
    internal void Read(ReadOnlySpan<byte> datagram, SocketAddress exporter, long now)
    {
        var whole = (datagram.Length < sizeof(ushort) ? 0 : BinaryPrimitives.ReadUInt16BigEndian(datagram)) switch
        {
            Version5 => ReadVersion5(datagram, exporter, now),
            Version9 => ReadVersion9(datagram, exporter, now),
            Ipfix => ReadIpfix(datagram, exporter, now),
            _ => false,
        };
        if (!whole)
        {
            Broken++;
        }
    }

    private bool ReadVersion5(ReadOnlySpan<byte> datagram, SocketAddress exporter, long now)
    {
        const int header = 24;
        const int length = 48;
        if (datagram.Length < header)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        var sent = (BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]) * NanosecondsPerSecond) + BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]);
        var clock = new NetFlowClock(sent, BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]));
        var domain = Domain(new DomainKey(exporter, Version5, BinaryPrimitives.ReadUInt16BigEndian(datagram[20..])), now);
        Lost += domain.Lost(BinaryPrimitives.ReadUInt32BigEndian(datagram[16..]), count);
        // The upper two bits say how packets are chosen.
        const int intervalBits = 0x3fff;
        var rate = (ulong)(BinaryPrimitives.ReadUInt16BigEndian(datagram[22..]) & intervalBits);
        var records = datagram[header..];
        for (var i = 0; i < count; i++, records = records[length..])
        {
            if (records.Length < length)
            {
                return false;
            }

            var record = new NetFlowRecord
            {
                IpVersion = 4,
                SourceLow = BinaryPrimitives.ReadUInt32BigEndian(records),
                DestinationLow = BinaryPrimitives.ReadUInt32BigEndian(records[4..]),
                Packets = BinaryPrimitives.ReadUInt32BigEndian(records[16..]),
                Bytes = BinaryPrimitives.ReadUInt32BigEndian(records[20..]),
                Start = clock.At(BinaryPrimitives.ReadUInt32BigEndian(records[24..])),
                Last = clock.At(BinaryPrimitives.ReadUInt32BigEndian(records[28..])),
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(records[32..]),
                DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(records[34..]),
                TcpFlags = records[37],
                Protocol = records[38],
                SamplingRate = rate,
            };
            Count(record, domain, now);
        }
        return true;
    }

    private bool ReadVersion9(ReadOnlySpan<byte> datagram, SocketAddress exporter, long now)
    {
        const int header = 20;
        if (datagram.Length < header)
        {
            return false;
        }

        var clock = new NetFlowClock(BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]) * NanosecondsPerSecond, BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]));
        var domain = Domain(new DomainKey(exporter, Version9, BinaryPrimitives.ReadUInt32BigEndian(datagram[16..])), now);
        Lost += domain.Lost(BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]), 1);
        return ReadSets(datagram[header..], Version9, domain, clock, now, out _);
    }

    private bool ReadIpfix(ReadOnlySpan<byte> datagram, SocketAddress exporter, long now)
    {
        const int header = 16;
        if (datagram.Length < header)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length < header || length > datagram.Length)
        {
            return false;
        }

        var clock = new NetFlowClock(BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) * NanosecondsPerSecond, 0);
        var domain = Domain(new DomainKey(exporter, Ipfix, BinaryPrimitives.ReadUInt32BigEndian(datagram[12..])), now);
        var isWhole = ReadSets(datagram[header..length], Ipfix, domain, clock, now, out var records);
        // How many records a set has is unknown where its template is: they'll be missed with the next datagram.
        Lost += domain.Lost(BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]), records, mayCountItself: true);
        return isWhole;
    }

    private bool ReadSets(ReadOnlySpan<byte> sets, ushort version, ObservationDomain domain, in NetFlowClock clock, long now, out uint records)
    {
        records = 0;
        while (sets.Length >= SetHeader)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(sets);
            var length = BinaryPrimitives.ReadUInt16BigEndian(sets[2..]);
            if (length < SetHeader || length > sets.Length)
            {
                return false;
            }

            var set = sets[SetHeader..length];
            sets = sets[length..];
            var isRead = (version, id) switch
            {
                (Version9, 0) or (Ipfix, 2) => ReadTemplates(set, version, domain),
                (Version9, 1) or (Ipfix, 3) => ReadOptionsTemplates(set, version, domain),
                (_, >= SmallestDataSet) => ReadData(set, id, domain, clock, now, ref records),
                _ => true,
            };
            if (!isRead)
            {
                return false;
            }
        }
        return sets.IsEmpty || sets.IndexOfAnyExcept((byte)0) < 0;
    }

    private static bool ReadTemplates(ReadOnlySpan<byte> set, ushort version, ObservationDomain domain)
    {
        const int header = 4;
        while (set.Length >= header)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(set);
            var count = BinaryPrimitives.ReadUInt16BigEndian(set[2..]);
            if (id < SmallestDataSet)
            {
                return id == 0; // padding
            }

            set = set[header..];
            if (!Learn(ref set, version, id, scopes: 0, count, isOptions: false, domain))
            {
                return false;
            }
        }
        return true;
    }

    private static bool ReadOptionsTemplates(ReadOnlySpan<byte> set, ushort version, ObservationDomain domain)
    {
        const int header = 6;
        while (set.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(set);
            if (id < SmallestDataSet)
            {
                return id == 0; // padding
            }

            int count = BinaryPrimitives.ReadUInt16BigEndian(set[2..]);
            if (version == Ipfix && count == 0)
            {
                domain.Forget(id);
                set = set[4..];
                continue;
            }
            if (set.Length < header)
            {
                return false;
            }

            int second = BinaryPrimitives.ReadUInt16BigEndian(set[4..]);
            set = set[header..];
            // NetFlow 9 has the bytes of the scopes' and of the other fields, IPFIX the number of all and of the scopes.
            const int bytesPerField = 4;
            var (scopes, all) = version == Version9 ? (count / bytesPerField, (count / bytesPerField) + (second / bytesPerField)) : (second, count);
            if (scopes > all || !Learn(ref set, version, id, scopes, all - scopes, isOptions: true, domain))
            {
                return false;
            }
        }
        return true;
    }

    private static bool Learn(ref ReadOnlySpan<byte> set, ushort version, ushort id, int scopes, int count, bool isOptions, ObservationDomain domain)
    {
        if (version == Ipfix && count + scopes == 0)
        {
            domain.Forget(id);
            return true;
        }
        NetFlowTemplate? template;
        var isRead = version == Version9
            ? NetFlowTemplate.TryReadV9(ref set, scopes, count, isOptions, out template)
            : NetFlowTemplate.TryReadIpfix(ref set, scopes + count, isOptions, out template);
        if (isRead)
        {
            domain.Learn(id, template!);
        }
        else
        {
            domain.Forget(id);
        }

        return isRead;
    }

    private bool ReadData(ReadOnlySpan<byte> set, ushort id, ObservationDomain domain, in NetFlowClock clock, long now, ref uint records)
    {
        if (domain.Template(id) is not { } template)
        {
            UnknownTemplates++;
            return true;
        }
        while (NetFlowRecord.TryRead(template, clock, ref set, out var record))
        {
            records++;
            if (!template.IsOptions)
            {
                Count(record, domain, now);
            }
            else if (record.SamplingRate > 0)
            {
                domain.LearnSampling(record.Sampler, (uint)Math.Min(record.SamplingRate, uint.MaxValue));
            }
        }
        return set.Length < template.ShortestRecord;
    }

    private void Count(in NetFlowRecord record, ObservationDomain domain, long now)
    {
        if (record.IpVersion == 0)
        {
            return;
        }

        var rate = (uint)Math.Min(record.SamplingRate, uint.MaxValue);
        if (rate == 0)
        {
            rate = Math.Max(domain.SamplingRate(record.Sampler), 1);
        }

        var last = Plausible(record.Last, now);
        var start = Math.Min(Plausible(record.Start, now), last);
        Records++;
        if ((record.Packets | record.Bytes) != 0)
        {
            engine.CountSummary(record.ToLayers(reverse: false), start, last, Limit(record.Packets, rate), Limit(record.Bytes, rate), rate);
        }

        if ((record.ReversePackets | record.ReverseBytes) != 0)
        {
            engine.CountSummary(record.ToLayers(reverse: true), start, last, Limit(record.ReversePackets, rate), Limit(record.ReverseBytes, rate), rate);
        }
    }

    /// <summary>A time that wasn't told, or can't be, is that of the datagram.</summary>
    private static long Plausible(long time, long now) => time <= 0 || time > now + FurthestAhead ? now : time;

    /// <summary>What a counter can say without leaving the numbers there are.</summary>
    private static long Limit(ulong count, uint rate) => (long)Math.Min(count, (ulong)(long.MaxValue / 2) / rate);

    private ObservationDomain Domain(in DomainKey key, long now)
    {
        if (!_domains.TryGetValue(key, out var domain))
        {
            if (_domains.Count == MostDomains)
            {
                _domains.Remove(_domains.MinBy(pair => pair.Value.LastUsed).Key);
            }

            var copy = new SocketAddress(key.Exporter.Family, key.Exporter.Size);
            key.Exporter.Buffer.Span[..key.Exporter.Size].CopyTo(copy.Buffer.Span);
            _domains.Add(key with { Exporter = copy }, domain = new ObservationDomain());
        }
        domain.LastUsed = now;
        return domain;
    }
}
