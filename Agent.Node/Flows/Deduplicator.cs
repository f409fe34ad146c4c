using System.IO.Hashing;

namespace Agent.Node.Flows;

/// <summary>
/// Tells packets that come a second time, byte for byte, within a short while: a mirror port that copies what enters and what
/// leaves delivers each twice. Told by 128 bits of a hash with a secret seed: unequal packets don't meet. Remembers a fixed
/// number of packets, eight places for each value of some bits; one that has to be forgotten before its time is counted.
/// </summary>
internal sealed class Deduplicator
{
    private const int Ways = 8;
    private const int Sets = 1 << 13;

    private readonly Seen[] _seen = new Seen[Ways * Sets];
    private readonly long _within;

    /// <param name="within">How far apart a packet and its duplicate are at most.</param>
    internal Deduplicator(TimeSpan within) => _within = within.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Packets that came a second time.</summary>
    internal long Duplicates { get; private set; }

    /// <summary>Packets that were forgotten so early that a duplicate of them would not be known.</summary>
    internal long Forgotten { get; private set; }

    /// <summary>Whether the packet is a duplicate; it's remembered otherwise.</summary>
    internal bool IsDuplicate(in PacketPlace place, ReadOnlySpan<byte> packet)
    {
        var hash = XxHash128.HashToUInt128(packet, KeyHash.SeedOfBytes ^ place.OriginalLength);
        var set = _seen.AsSpan((int)((uint)hash % Sets) * Ways, Ways);
        var oldest = 0;
        for (var i = 0; i < Ways; i++)
        {
            if (set[i].Hash == hash)
            {
                if (Math.Abs(place.Time - set[i].Time) <= _within)
                {
                    Duplicates++;
                    return true;
                }

                // In its own place: one that comes again and again leaves the others theirs.
                oldest = i;
                break;
            }

            if (set[i].Time < set[oldest].Time)
            {
                oldest = i;
            }
        }

        if (set[oldest].Hash != default && Math.Abs(place.Time - set[oldest].Time) <= _within)
        {
            Forgotten++;
        }

        set[oldest] = new Seen(hash, place.Time);
        return false;
    }

    private readonly record struct Seen(UInt128 Hash, long Time);
}
