namespace Agent.Node.Capture;

/// <summary>Datagrams that were sent and never came, by the numbers each sender gives its own. Bounded, whoever sends.</summary>
internal sealed class SflowLosses
{
    internal const int MostSources = 1024;

    /// <summary>A number this far behind is a sender's that starts anew; nearer, a datagram's that comes late.</summary>
    private const int LongestDelay = 64;

    private readonly Dictionary<SflowSource, (uint Last, long Heard)> _sources = [];
    private long _heard;

    internal long Lost { get; private set; }

    /// <summary>A datagram came.</summary>
    internal void Count(SflowSource source, uint sequence)
    {
        _heard++;
        if (!_sources.TryGetValue(source, out var known))
        {
            if (_sources.Count == MostSources)
            {
                _sources.Remove(_sources.MinBy(pair => pair.Value.Heard).Key);
            }

            _sources.Add(source, (sequence, _heard));
            return;
        }

        var gap = unchecked((int)(sequence - known.Last)) - 1;
        if (gap is < -1 and >= -LongestDelay)
        {
            // It was counted as lost.
            Lost = Math.Max(Lost - 1, 0);
            _sources[source] = (known.Last, _heard);
            return;
        }

        Lost += Math.Max(gap, 0);
        _sources[source] = (sequence, _heard);
    }
}
