namespace Agent.Node.Flows.Details;

/// <summary>
/// One direction of a connection as a capture point sees it: which sequence numbers came, which came late, twice or not
/// at all. Keeps the gaps that are open, the newest few; times are nanoseconds since 1970, 0 when not seen.
/// </summary>
internal sealed class TcpStream
{
    internal const int MaximumGaps = 8;

    /// <summary>The largest window there can be (RFC 7323, 2.3). What lies further off isn't of this stream: it's taken up anew there.</summary>
    private const int MaximumWindow = 1 << 30;

    private readonly record struct Gap(uint Start, uint End, long OpenedAt);

    private Gap[]? _gaps;
    private int _gapCount;
    private bool _isFollowed;
    private uint _first;
    private uint _next;
    private long _followedSince;
    private long _gapsGivenUp;
    private long _bytesGivenUp;

    internal long SynStart { get; private set; }

    internal byte SynTimeToLive { get; private set; }

    internal long FinStart { get; private set; }

    internal long RstStart { get; private set; }

    /// <summary>Segments that carry something: a SYN, a FIN, an RST or data.</summary>
    internal long Packets { get; private set; }

    /// <summary>Bytes of the stream that were seen, each counted once.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Segments that came behind later ones, too soon to be sent again (RFC 4737, 3: reordered).</summary>
    internal long OutOfOrder { get; private set; }

    /// <summary>Segments with bytes that came before, or that were missing for as long as it takes to ask for them again.</summary>
    internal long Retransmitted { get; private set; }

    /// <summary>Gaps that nothing has filled.</summary>
    internal long Skipped => _gapsGivenUp + _gapCount;

    internal long SkippedBytes
    {
        get
        {
            var bytes = _bytesGivenUp;
            for (var i = 0; i < _gapCount; i++)
            {
                bytes += TcpSequence.Distance(_gaps![i].Start, _gaps[i].End);
            }

            return bytes;
        }
    }

    internal bool SawStart => SynStart != 0;

    internal bool SawEnd => FinStart != 0 || RstStart != 0;

    /// <summary>Takes a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="reorderWithin">A gap filled sooner than this many nanoseconds was reordering, later a retransmission.</param>
    /// <param name="samplingRate">Above 1, each packet stands for so many, and those that aren't seen say nothing.</param>
    internal void Add(in TcpSegment segment, long reorderWithin, uint samplingRate)
    {
        if (segment.IsSyn || segment.IsFin || segment.IsRst || segment.Length > 0)
        {
            Packets = FlowCounters.Sum(Packets, samplingRate);
        }

        var isFirstSyn = segment.IsSyn && !SawStart;
        NoteTimes(segment);
        if (samplingRate > 1)
        {
            Bytes = FlowCounters.Sum(Bytes, FlowCounters.Scaled(segment.Length, samplingRate));
            return;
        }
        // The number of an RST may be anything a confused host makes up, and what it carries isn't of the stream (RFC 9293, 3.5.3).
        if (segment.IsRst)
        {
            return;
        }

        var sequence = segment.Sequence;
        if (segment.IsSyn)
        {
            sequence = TcpSequence.Add(sequence, 1);
            AddSyn(sequence, isFirstSyn, segment.Time);
        }
        AddData(sequence, segment, reorderWithin);
        if (segment.IsFin)
        {
            AddFin(TcpSequence.Add(sequence, segment.Length), segment, reorderWithin);
        }
    }

    private void NoteTimes(in TcpSegment segment)
    {
        if (segment.IsSyn && SynStart == 0)
        {
            SynStart = segment.Time;
            SynTimeToLive = segment.TimeToLive;
        }
        if (segment.IsFin && FinStart == 0)
        {
            FinStart = segment.Time;
        }

        if (segment.IsRst && RstStart == 0)
        {
            RstStart = segment.Time;
        }
    }

    private void AddSyn(uint first, bool isFirstSyn, long time)
    {
        if (!_isFollowed || _first != first)
        {
            FollowFrom(first, time);
        }
        else if (isFirstSyn)
        {
            OutOfOrder++;
        }
        else
        {
            Retransmitted++;
        }
    }

    private void AddData(uint sequence, in TcpSegment segment, long reorderWithin)
    {
        var end = TcpSequence.Add(sequence, segment.Length);
        var ahead = TcpSequence.Distance(_next, sequence);
        if (!_isFollowed || ahead is > MaximumWindow or < -MaximumWindow)
        {
            FollowFrom(sequence, segment.Time);
            ahead = 0;
        }
        if (ahead >= 0)
        {
            if (ahead > 0)
            {
                Open(new Gap(_next, sequence, segment.Time));
            }

            Bytes += segment.Length;
            _next = end;
            return;
        }
        if (segment.Length == 0 || IsKeepAlive(segment, ahead))
        {
            return;
        }

        var filled = Fill(sequence, TcpSequence.Earlier(end, _next), out var openedAt);
        Bytes += filled + Math.Max(TcpSequence.Distance(_next, end), 0);
        _next = TcpSequence.Later(_next, end);
        Judge(filled, segment.Time - openedAt < reorderWithin);
    }

    private void Judge(int filled, bool isSoon)
    {
        if (filled > 0 && isSoon)
        {
            OutOfOrder++;
        }
        else
        {
            Retransmitted++;
        }
    }

    /// <summary>RFC 9293, 3.8.4: the number before the next one, with one byte of garbage or none.</summary>
    private static bool IsKeepAlive(in TcpSegment segment, int ahead) => segment.Length == 1 && ahead == -1 && !segment.IsFin && !segment.IsSyn;

    /// <summary>A FIN takes a number of its own, behind its data (which, if there is any, has been judged already).</summary>
    private void AddFin(uint number, in TcpSegment segment, long reorderWithin)
    {
        if (number == _next)
        {
            _next = TcpSequence.Add(_next, 1);
            return;
        }
        var filled = Fill(number, TcpSequence.Add(number, 1), out var openedAt);
        if (segment.Length == 0)
        {
            Judge(filled, segment.Time - openedAt < reorderWithin);
        }
    }

    private void FollowFrom(uint sequence, long time)
    {
        while (_gapCount > 0)
        {
            GiveUpOldest();
        }

        _isFollowed = true;
        _followedSince = time;
        _first = sequence;
        _next = sequence;
    }

    private void Open(in Gap gap)
    {
        _gaps ??= new Gap[MaximumGaps];
        if (_gapCount == MaximumGaps)
        {
            GiveUpOldest();
        }

        _gaps[_gapCount++] = gap;
    }

    private void GiveUpOldest()
    {
        _gapsGivenUp++;
        _bytesGivenUp += TcpSequence.Distance(_gaps![0].Start, _gaps[0].End);
        RemoveGap(0);
    }

    private void RemoveGap(int index)
    {
        _gapCount--;
        Array.Copy(_gaps!, index + 1, _gaps!, index, _gapCount - index);
    }

    /// <summary>How many of these numbers were missing; they aren't any more.</summary>
    private int Fill(uint start, uint end, out long openedAt)
    {
        var filled = 0;
        openedAt = long.MinValue;
        // Before the first that was seen, where the start wasn't.
        var before = TcpSequence.Distance(start, TcpSequence.Earlier(end, _first));
        if (before > 0 && !SawStart)
        {
            filled = before;
            openedAt = _followedSince;
            _first = start;
        }
        for (var i = _gapCount - 1; i >= 0; i--)
        {
            var gap = _gaps![i];
            var from = TcpSequence.Later(start, gap.Start);
            var to = TcpSequence.Earlier(end, gap.End);
            var length = TcpSequence.Distance(from, to);
            if (length <= 0)
            {
                continue;
            }

            filled += length;
            openedAt = Math.Max(openedAt, gap.OpenedAt);
            var left = gap with { End = from };
            var right = gap with { Start = to };
            var hasLeft = left.Start != left.End;
            var hasRight = right.Start != right.End;
            if (!hasLeft && !hasRight)
            {
                RemoveGap(i);
                continue;
            }
            _gaps[i] = hasLeft ? left : right;
            if (hasLeft && hasRight)
            {
                InsertGap(i + 1, right);
            }
        }
        return filled;
    }

    private void InsertGap(int index, in Gap gap)
    {
        if (_gapCount == MaximumGaps)
        {
            GiveUpOldest();
            index = Math.Max(index - 1, 0);
        }
        Array.Copy(_gaps!, index, _gaps!, index + 1, _gapCount - index);
        _gaps![index] = gap;
        _gapCount++;
    }
}
