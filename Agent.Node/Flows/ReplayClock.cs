namespace Agent.Node.Flows;

/// <summary>
/// The time it is where packets' own times are all there is to tell it, as in a capture file. It goes on with them and never
/// back. A packet minutes off those before it has a broken time or begins another stretch of the capture: which of the two,
/// the packets behind it show, and until they do it's nobody's time but its own.
/// </summary>
internal struct ReplayClock
{
    /// <summary>In nanoseconds. Below it no flow ends early by a wrong time; quiet networks have longer pauses, which the next packets confirm.</summary>
    internal const long Jump = 60_000_000_000;

    /// <summary>A first packet this far off those behind it has a broken time.</summary>
    private const long LongestPause = 30L * 24 * 3600 * 1_000_000_000;
    private const int MostWitnesses = 3;

    private long _followed;
    private bool _isSuspicious;
    private bool _suspectedAhead;

    /// <summary>What the time of the usual packets is ahead of the clock: once the capture's times have gone back, the clock goes on all the same.</summary>
    internal long Offset { get; private set; }

    /// <summary>Whether the first packet's time is to be believed; <see cref="Offset"/> is such then that the clock doesn't go back with it.</summary>
    /// <param name="packets">It, and those behind it.</param>
    /// <param name="now">The clock.</param>
    internal bool Follows(ReadOnlySpan<PacketPlace> packets, long now)
    {
        var time = packets[0].Time;
        var ahead = time - (now + Offset);
        if (_followed == 0 || (ahead <= Jump && ahead >= -Jump))
        {
            _followed++;
            _isSuspicious = false;
            return true;
        }

        var isAhead = ahead > 0;
        var isConfirmed = (_isSuspicious && _suspectedAhead == isAhead) || AreBeyond(packets[1..], now, isAhead);
        _isSuspicious = !isConfirmed;
        _suspectedAhead = isAhead;
        if (isConfirmed && (!isAhead || (_followed == 1 && ahead > LongestPause)))
        {
            Offset += ahead;
        }

        _followed += isConfirmed ? 1 : 0;
        return isConfirmed;
    }

    private readonly bool AreBeyond(ReadOnlySpan<PacketPlace> packets, long now, bool isAhead)
    {
        foreach (ref readonly var place in packets[..Math.Min(packets.Length, MostWitnesses)])
        {
            var ahead = place.Time - (now + Offset);
            if (isAhead ? ahead <= Jump : ahead >= -Jump)
            {
                return false;
            }
        }

        return packets.Length > 0;
    }
}
