using System.Runtime.InteropServices;

namespace Agent.Node.Flows;

/// <summary>
/// Packets that directions of tunnels carried and that may be answered: of each conversation in a few directions, of all
/// conversations those looked into last. Which of a conversation's are remembered depends on no other conversation before there
/// are more than the limit. As large as what's remembered.
/// </summary>
internal sealed class AskedPackets
{
    internal const int Most = 8192;

    /// <summary>Of one conversation.</summary>
    internal const int Ways = 4;

    internal const int None = -1;
    private const int Fewest = 64;
    private const long LongestWait = 30_000_000_000;

    private Asked[] _asked = new Asked[Fewest];
    private int[] _first = NoneOf(Fewest);
    private int _count;
    private int _newest = None;
    private int _oldest = None;

    internal ref readonly Asked this[int at] => ref _asked[at];

    /// <summary>The place of a conversation's packet; <see cref="None"/> where there is none.</summary>
    internal int First(ulong conversation) => Of(conversation, _first[Bucket(conversation)]);

    /// <summary>The place of the next packet of the same conversation.</summary>
    internal int After(int at) => Of(_asked[at].Packet.Conversation, _asked[at].Next);

    /// <summary>In the place of what is longest ago, or isn't of this time at all: a clock that was wrong takes no room.</summary>
    internal void Remember(in CarriedPacket carried, ulong networkId, long time)
    {
        var taken = None;
        var ways = 0;
        for (var at = First(carried.Conversation); at != None; at = After(at))
        {
            ref var asked = ref _asked[at];
            ways++;
            if (asked.NetworkId == networkId && asked.Packet.FromHigh == carried.FromHigh)
            {
                (taken, ways) = (at, Ways);
                break;
            }

            if (taken == None || (_asked[taken].IsOf(time) && (!asked.IsOf(time) || asked.Time < _asked[taken].Time)))
            {
                taken = at;
            }
        }

        if (ways < Ways)
        {
            taken = Take(carried.Conversation);
        }
        else
        {
            Unlist(taken);
        }

        ref var place = ref _asked[taken];
        (place.Packet, place.NetworkId, place.Time) = (carried, networkId, time);
        List(taken);
    }

    private static int[] NoneOf(int count)
    {
        var places = new int[count];
        places.AsSpan().Fill(None);
        return places;
    }

    private int Bucket(ulong conversation) => (int)(conversation & (uint)(_first.Length - 1));

    private int Of(ulong conversation, int at)
    {
        while (at != None && _asked[at].Packet.Conversation != conversation)
        {
            at = _asked[at].Next;
        }

        return at;
    }

    private int Take(ulong conversation)
    {
        if (_count == _asked.Length && _count < Most)
        {
            Grow();
        }

        int taken;
        if (_count < _asked.Length)
        {
            taken = _count++;
        }
        else
        {
            taken = _oldest;
            Unlist(taken);
            ref var to = ref _first[Bucket(_asked[taken].Packet.Conversation)];
            while (to != taken)
            {
                to = ref _asked[to].Next;
            }

            to = _asked[taken].Next;
        }

        Chain(taken, conversation);
        return taken;
    }

    private void Grow()
    {
        Array.Resize(ref _asked, 2 * _asked.Length);
        _first = NoneOf(_asked.Length);
        for (var at = 0; at < _count; at++)
        {
            Chain(at, _asked[at].Packet.Conversation);
        }
    }

    private void Chain(int at, ulong conversation)
    {
        ref var first = ref _first[Bucket(conversation)];
        _asked[at].Next = first;
        first = at;
    }

    private void List(int at)
    {
        (_asked[at].Newer, _asked[at].Older) = (None, _newest);
        (_newest == None ? ref _oldest : ref _asked[_newest].Newer) = at;
        _newest = at;
    }

    private void Unlist(int at)
    {
        var (newer, older) = (_asked[at].Newer, _asked[at].Older);
        (newer == None ? ref _newest : ref _asked[newer].Older) = older;
        (older == None ? ref _oldest : ref _asked[older].Newer) = newer;
    }

    [StructLayout(LayoutKind.Auto)]
    internal struct Asked
    {
        /// <summary>It may be answered.</summary>
        internal CarriedPacket Packet;

        /// <summary>Of the tunnel it came in, with its direction.</summary>
        internal ulong NetworkId;

        /// <summary>Nanoseconds since 1970.</summary>
        internal long Time;

        internal int Next;
        internal int Newer;
        internal int Older;

        internal readonly bool IsOf(long time) => (ulong)(time - Time + LongestWait) <= 2 * LongestWait;
    }
}
