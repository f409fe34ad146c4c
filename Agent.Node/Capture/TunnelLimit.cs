namespace Agent.Node.Capture;

/// <summary>How many more tunnel actors a capture may have, wherever they nest; shared by all of them.</summary>
internal sealed class TunnelLimit(int maximum)
{
    private int _left = maximum;

    /// <summary>False when there are as many as may be.</summary>
    internal bool TryTake()
    {
        if (Interlocked.Decrement(ref _left) >= 0)
            return true;
        Interlocked.Increment(ref _left);
        return false;
    }

    /// <summary>Counts one that is there whatever the limit says.</summary>
    internal void Take() => Interlocked.Decrement(ref _left);

    /// <summary>A tunnel's actor has stopped.</summary>
    internal void GiveBack() => Interlocked.Increment(ref _left);
}
