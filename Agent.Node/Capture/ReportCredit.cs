namespace Agent.Node.Capture;

/// <summary>
/// How many reports of one capture may be on their way to the uplink. Its reading thread's wait for room, and so, when its
/// channel is full, does the thread: a file is read as fast as the analyzers take its flows. A tunnel's actor can't wait and
/// overdraws; who reads a file then waits for it, too.
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

    /// <summary>Takes a place, once there is one.</summary>
    internal Task TakeAsync() => _room.WaitAsync();

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
        if (lost > 0)
        {
            Interlocked.CompareExchange(ref _lostSince, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 0);
            Interlocked.Add(ref _lost, lost);
        }

        for (var overdrawn = Volatile.Read(ref _overdrawn); overdrawn > 0; overdrawn = Volatile.Read(ref _overdrawn))
        {
            if (Interlocked.CompareExchange(ref _overdrawn, overdrawn - 1, overdrawn) == overdrawn)
            {
                return;
            }
        }

        _room.Release();
    }

    /// <summary>Blocks until there's room. Not for actors.</summary>
    internal void WaitForRoom(CancellationToken stop)
    {
        _room.Wait(stop);
        _room.Release();
    }
}
