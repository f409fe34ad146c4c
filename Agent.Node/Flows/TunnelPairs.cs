using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>
/// Tunnels whose identifiers belong to a direction (GTP-U's TEIDs, MPLS labels, PPTP's calls, L2TP's sessions, LISP's
/// instances, service paths): each direction begins as a flow of its own, and once it's known which two belong together, one's
/// packets get the other's identifier in their key, so that they are counted, and what they carry is, in one flow.
/// <para>
/// What decides is a packet in one that answers a packet in the other: the same ends outside and inside, both the other way
/// round, within half a minute, and neither tunnel paired. Subscribers may have equal inner addresses between the same two
/// ends, so the answer must fit by its numbers (TCP's acknowledgment, the echo's sequence, the DNS message's ID) and to one
/// tunnel alone. Where a protocol has no such numbers, it must be the only conversation with these ports that any tunnel
/// between the ends carries; where not even ports tell, tunnels pair only by equal identifiers. What fits to several stays
/// apart until a packet fits to one.
/// </para>
/// <para>
/// What is remembered to be answered is bounded (<see cref="AskedPackets"/>); pairs are as many as flows in the table at most.
/// A tunnel that never pairs is looked into seldom after its first packets.
/// </para>
/// </summary>
internal sealed class TunnelPairs(FlowTable table, FlowDetailStore details, TunnelPorts ports)
{
    private const int FirstPackets = 64;
    private const int SeldomMask = 255;

    /// <summary>By the key of the direction that came later: the other's network ID.</summary>
    private readonly Dictionary<FlowKey, ulong> _otherWays = [];

    private AskedPackets? _asked;

    internal int Count => _otherWays.Count;

    /// <summary>Whether there is this tunnel, in this direction.</summary>
    internal bool IsKnown(in PacketLayers layers, FlowKey key, bool fromHigh)
    {
        if ((layers.Doubts & FlowDoubts.DirectionalId) != 0)
        {
            key.SetDirection(fromHigh);
        }

        table.Find(key, out var isFound);
        return isFound || _otherWays.ContainsKey(key);
    }

    /// <summary>Gives a packet's key its direction, or the identifier its tunnel is known by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Follow(in PacketLayers layers, ReadOnlySpan<byte> packet, long time, bool fromHigh, ref FlowKey key, ref uint hash)
    {
        if (fromHigh)
        {
            key.SetDirection(fromHigh);
            hash = KeyHash.Of(key);
        }
        ref var record = ref table.Find(key, hash, out var isFound);
        if (isFound && (record.Has(FlowFlags.Paired) || !IsLookedInto(record)))
        {
            return;
        }

        // A direction that goes on in the other's flow has none of its own.
        if (!isFound && _otherWays.TryGetValue(key, out var networkId))
        {
            key.NetworkId = networkId;
            hash = KeyHash.Of(key);
        }
        else if (layers.End == DecodeEnd.Tunnel)
        {
            LookInto(layers, packet, time, ref record, isFound, ref key, ref hash);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookInto(in PacketLayers layers, ReadOnlySpan<byte> packet, long time, ref FlowRecord record, bool isFound, ref FlowKey key, ref uint hash)
    {
        var ends = key;
        ends.NetworkId = 0;
        if (!CarriedPacket.TryRead(layers.Inner, packet[layers.InnerOffset..], ports, KeyHash.Wide(ends), out var carried))
        {
            return;
        }

        _asked ??= new AskedPackets();
        ref var partner = ref FindPartner(_asked, carried, key, layers.HasEnds, time, out var isPaired);
        if (isPaired)
        {
            Pair(ref partner, ref record, isFound, ref key, ref hash);
        }
        else
        {
            _asked.Remember(carried, key.NetworkId, time);
        }
    }

    /// <summary>A flow leaves the table.</summary>
    internal void Left(in FlowRecord record)
    {
        if (record.Has(FlowFlags.Paired) && details.Find(record) is { ReturnId: { } returnId })
        {
            var other = record.Key;
            other.NetworkId = returnId;
            _otherWays.Remove(other);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLookedInto(in FlowRecord record)
    {
        var packets = record.Counters.AbPackets + record.Counters.BaPackets;
        return packets < FirstPackets || (packets & SeldomMask) == 0;
    }

    /// <summary>The one flow whose packet this one answers.</summary>
    private ref FlowRecord FindPartner(AskedPackets all, in CarriedPacket carried, in FlowKey key, bool hasEnds, long time, out bool isFound)
    {
        ref var partner = ref Unsafe.NullRef<FlowRecord>();
        isFound = false;
        var others = 0;
        for (var at = all.First(carried.Conversation); at != AskedPackets.None; at = all.After(at))
        {
            ref readonly var asked = ref all[at];
            if (asked.NetworkId == key.NetworkId || !asked.IsOf(time))
            {
                continue;
            }

            var isOtherWay = !hasEnds || FlowKey.DirectionOf(asked.NetworkId) != FlowKey.DirectionOf(key.NetworkId);
            if (!isOtherWay || !carried.Answers(asked.Packet) || (carried.Kind == AnswerKind.None && FlowKey.IdOf(asked.NetworkId) != FlowKey.IdOf(key.NetworkId)))
            {
                others++;
                continue;
            }
            var candidate = key;
            candidate.NetworkId = asked.NetworkId;
            ref var record = ref table.Find(candidate, out var isThere);
            if (!isThere || record.Has(FlowFlags.Paired))
            {
                continue;
            }

            if (isFound)
            {
                isFound = false;
                return ref partner;
            }
            partner = ref record;
            isFound = true;
        }
        if (carried.Kind == AnswerKind.Ports && others > 0)
        {
            isFound = false;
        }

        return ref partner;
    }

    /// <summary>The older flow stays; the other, if there is one yet, ends here, and goes on in it.</summary>
    private void Pair(ref FlowRecord partner, ref FlowRecord own, bool hasOwn, ref FlowKey key, ref uint hash)
    {
        if (hasOwn && own.Start < partner.Start)
        {
            Join(ref own, partner.Key);
            table.Remove(ref partner);
            return;
        }
        Join(ref partner, key);
        if (hasOwn)
        {
            table.Remove(ref own);
        }

        key = partner.Key;
        hash = partner.Hash;
    }

    private void Join(ref FlowRecord record, in FlowKey other)
    {
        record.Flags |= FlowFlags.Paired;
        details.Of(ref record).ReturnId = other.NetworkId;
        _otherWays[other] = record.Key.NetworkId;
    }
}
