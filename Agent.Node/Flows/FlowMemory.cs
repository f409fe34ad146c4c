namespace Agent.Node.Flows;

/// <summary>
/// Memory that flow tables may take together, and parts of it: one table's, or that of several. While there's enough, who comes
/// takes. When a table wants some that has less than its share, and there is none, those that have more than theirs are asked
/// for it, and give it back when they come round to it. A share is the whole by the number of parts that have anything of it
/// and one more, for who comes next; so many tables of one part get no more together than another part. Thread-safe.
/// </summary>
/// <param name="most">In bytes.</param>
/// <param name="whole">What it's a part of, and counts in.</param>
internal sealed class FlowMemory(long most, FlowMemory? whole = null)
{
    /// <summary>Milliseconds; tables look once a second.</summary>
    private const long AskingLasts = 3000;

    private long _used;
    private int _parts;
    private long _askedUntil = long.MinValue;

    /// <summary>In bytes.</summary>
    internal long Used => Volatile.Read(ref _used);

    /// <summary>How much this part may keep: more than it may ever have, unless somebody asks for it.</summary>
    internal long Share
    {
        get
        {
            var share = long.MaxValue;
            var parts = 1L;
            for (var above = whole; above is not null; above = above.Whole)
            {
                if (Environment.TickCount64 < Volatile.Read(ref above._askedUntil))
                {
                    share = Math.Min(share, above.ShareOf(parts));
                }

                parts *= Math.Max(Volatile.Read(ref above._parts), 1);
            }

            return share;
        }
    }

    private FlowMemory? Whole => whole;

    private long Most => most;

    /// <summary>A part with a limit of its own, or without.</summary>
    internal FlowMemory Part(long limit = long.MaxValue) => new(limit, this);

    /// <summary>False: there isn't so much. Others are asked for it then, if this part has less than its share.</summary>
    internal bool TryTake(long bytes)
    {
        for (var taking = this; taking is not null; taking = taking.Whole)
        {
            if (taking.Add(bytes) <= taking.Most)
            {
                continue;
            }

            for (var undone = this; undone != taking; undone = undone!.Whole)
            {
                undone!.Add(-bytes);
            }

            taking.Add(-bytes);
            Ask(taking, bytes);
            return false;
        }

        return true;
    }

    /// <summary>Whatever the limits say: what can't be done without.</summary>
    internal void Take(long bytes)
    {
        for (var taking = this; taking is not null; taking = taking.Whole)
        {
            taking.Add(bytes);
        }
    }

    internal void GiveBack(long bytes) => Take(-bytes);

    private void Ask(FlowMemory exhausted, long bytes)
    {
        var parts = 1L;
        for (var above = whole; above is not null; above = above.Whole)
        {
            if (above == exhausted && Used + bytes <= above.ShareOf(parts))
            {
                Volatile.Write(ref above._askedUntil, Environment.TickCount64 + AskingLasts);
            }

            parts *= Math.Max(Volatile.Read(ref above._parts), 1);
        }
    }

    /// <summary>The share of a part, or of one of so many in it.</summary>
    private long ShareOf(long inPart) => most / (Volatile.Read(ref _parts) + 1) / inPart;

    private long Add(long bytes)
    {
        var used = Interlocked.Add(ref _used, bytes);
        if (whole is not null && bytes != 0)
        {
            if (used == bytes)
            {
                Interlocked.Increment(ref whole._parts);
            }
            else if (used == 0)
            {
                Interlocked.Decrement(ref whole._parts);
            }
        }

        return used;
    }
}
