namespace Agent.Node.Capture;

/// <summary>What all rings of an agent may take of the kernel's memory.</summary>
/// <param name="most">In bytes.</param>
internal sealed class RingMemory(long most)
{
    private const int FirstPart = 8;

    private long _used;

    /// <summary>In bytes.</summary>
    internal long Used => Volatile.Read(ref _used);

    /// <summary>The most of it that can be had, from what's wanted down by halves to the least that is of use; 0: there isn't so much.</summary>
    internal int TryTake(int wanted, int least)
    {
        for (var bytes = wanted; bytes >= least; bytes = bytes / 2 / PacketRing.Block * PacketRing.Block)
        {
            if (Interlocked.Add(ref _used, bytes) <= most)
            {
                return bytes;
            }

            Interlocked.Add(ref _used, -bytes);
        }

        return 0;
    }

    /// <summary>All that's wanted, as long as hardly anything is taken: false otherwise.</summary>
    internal bool TryTakeFirst(int wanted)
    {
        if (Interlocked.Add(ref _used, wanted) <= most / FirstPart)
        {
            return true;
        }

        Interlocked.Add(ref _used, -wanted);
        return false;
    }

    /// <summary>Whatever the limit says.</summary>
    internal int Take(int bytes)
    {
        Interlocked.Add(ref _used, bytes);
        return bytes;
    }

    internal void GiveBack(int bytes) => Interlocked.Add(ref _used, -bytes);
}
