namespace Akka.Actor;

/// <summary>What a supervisor remembers of a child: the restarts it has used up.</summary>
internal sealed class ChildStats(IInternalActorRef child)
{
    private long _windowStart;

    public IInternalActorRef Child { get; } = child;

    public int Restarts { get; private set; }

    /// <summary>Counts a restart; false when it's one too many within the window (a window of 0 ms never ends, a limit below 0 is none).</summary>
    public bool RequestRestart(int limit, int windowMilliseconds, long nowMilliseconds)
    {
        if (limit == 0) return false;
        if (windowMilliseconds <= 0)
        {
            Restarts++;
            return limit < 0 || Restarts <= limit;
        }

        var most = limit < 0 ? 1 : limit;
        if (Restarts == 0 || nowMilliseconds - _windowStart > windowMilliseconds)
        {
            Restarts = 1;
            _windowStart = nowMilliseconds;
            return true;
        }

        Restarts++;
        return Restarts <= most;
    }
}
