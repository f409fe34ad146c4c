namespace Agent.Node.Flows.Applications;

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
                return;
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
                continue;
            var latency = time - query.Time;
            query.Time = NoTime;
            return latency >= 0 ? latency : -1;
        }
        return -1;
    }
}
