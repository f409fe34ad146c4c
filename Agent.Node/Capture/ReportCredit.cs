namespace Agent.Node.Capture;

/// <summary>
/// How many reports of one capture may be on their way to the uplink. A file's reading thread waits for room: it's read as fast
/// as the analyzers take its flows. Live captures leave changes in the flow table while there's none; what has to leave the table
/// of a tunnel's actor overdraws, as does all that one tells of a file, whose reading thread then waits for it, too.
/// </summary>
internal sealed class ReportCredit
{
    /// <summary>Of 256 flows each.</summary>
    private const int Most = 32;

    private readonly SemaphoreSlim _room = new(Most);
    private int _overdrawn;
    private long _lost;
    private long _lostSince;

    /// <summary>Updates the uplink had no room for, of all of the capture's reports.</summary>
    internal long Lost => Volatile.Read(ref _lost);

    /// <summary>When the first of them was lost: Unix milliseconds; 0: none was.</summary>
    internal long LostSince => Volatile.Read(ref _lostSince);

    /// <summary>Places there are now.</summary>
    internal int Room => _room.CurrentCount;

    /// <summary>Takes a place, once there is one; false: there was none in that time.</summary>
    internal Task<bool> TakeAsync(TimeSpan patience) => _room.WaitAsync(patience);

    /// <summary>Takes a place, also where there's none.</summary>
    internal void Overdraw()
    {
        if (!_room.Wait(0))
        {
            Interlocked.Increment(ref _overdrawn);
        }
    }

    /// <summary>One was taken in by the uplink, but for so many updates.</summary>
    internal void GiveBack(int lost)
    {
        Lose(lost);
        for (var overdrawn = Volatile.Read(ref _overdrawn); overdrawn > 0; overdrawn = Volatile.Read(ref _overdrawn))
        {
            if (Interlocked.CompareExchange(ref _overdrawn, overdrawn - 1, overdrawn) == overdrawn)
            {
                return;
            }
        }

        _room.Release();
    }

    /// <summary>So many updates weren't told at all.</summary>
    internal void Lose(int lost)
    {
        if (lost > 0)
        {
            Interlocked.CompareExchange(ref _lostSince, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 0);
            Interlocked.Add(ref _lost, lost);
        }
    }

    /// <summary>Blocks until there's room. Not for actors.</summary>
    internal void WaitForRoom(CancellationToken stop)
    {
        _room.Wait(stop);
        _room.Release();
    }
}
