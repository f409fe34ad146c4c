using System.Buffers.Binary;
using Agent.Node.Decoding;
using Agent.Node.Tests.Decoding;
using Agent.Node.Tests.Flows.Applications;

namespace Agent.Node.Tests.Fuzz;

/// <summary>Inputs of a fuzz run: packets of the corpus cut, changed, joined and wrapped in each other, and bytes of chance. The same for the same seed.</summary>
internal sealed class PacketMutator(ulong seed)
{
    internal const int Longest = 2048;

    /// <summary>All link types, and one that isn't.</summary>
    private static readonly int Links = Enum.GetValues<LinkType>().Length + 1;

    /// <summary>Values at which lengths, flags and versions change their meaning.</summary>
    private static readonly byte[] Interesting = [0, 1, 3, 4, 5, 6, 7, 8, 15, 16, 17, 20, 32, 40, 41, 44, 47, 60, 63, 64, 0x45, 0x60, 0x7f, 0x80, 0x81, 0x86, 0x88, 137, 0xc0, 0xf0, 0xfe, 0xff];

    private static readonly Lazy<(LinkType Link, byte[] Bytes)[]> Packets = new(ReadCorpus);

    private readonly byte[] _input = new byte[Longest];
    private ulong _state = seed | 1;

    internal static (LinkType Link, byte[] Bytes)[] Corpus => Packets.Value;

    /// <summary>The next input; the span is valid until the one after.</summary>
    internal ReadOnlySpan<byte> Next(out LinkType link)
    {
        if (Below(16) == 0)
        {
            return Chance(out link);
        }

        ref readonly var packet = ref Corpus[Below(Corpus.Length)];
        link = Below(50) == 0 ? (LinkType)Below(Links) : packet.Link;
        var length = Math.Min(packet.Bytes.Length, Longest);
        packet.Bytes.AsSpan(0, length).CopyTo(_input);
        // One in eight stays as it is: conversations, tunnels and fragments that fit must go on between broken ones.
        if (Below(8) == 0)
        {
            return _input.AsSpan(0, length);
        }

        for (var changes = 1 + Below(5); changes > 0 && length > 0; changes--)
        {
            length = Change(length);
        }

        return _input.AsSpan(0, length);
    }

    /// <summary>0 to limit - 1.</summary>
    internal int Below(int limit)
    {
        // xorshift64* (Marsaglia; Vigna): far faster than the generator of the library, and seeds are all it needs.
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(((_state * 0x2545f4914f6cdd1d) >> 33) % (uint)limit);
    }

    private int Change(int length)
    {
        // Headers lie in front: most changes there.
        var at = Below(Below(4) == 0 ? length : Math.Min(length, 96));
        switch (Below(9))
        {
            case 0:
                _input[at] = (byte)Below(256);
                return length;
            case 1:
                _input[at] ^= (byte)(1 << Below(8));
                return length;
            case 2 or 3:
                _input[at] = Interesting[Below(Interesting.Length)];
                return length;
            case 4 when at + 2 <= length:
                BinaryPrimitives.WriteUInt16BigEndian(_input.AsSpan(at), Below(2) == 0 ? (ushort)(length - at + Below(5) - 2) : (ushort)Below(65536));
                return length;
            case 5:
                return Below(length + 1);
            case 6:
                return Insert(at, length);
            case 7:
                // Out of the middle.
                var gone = Math.Min(1 + Below(16), length - at);
                _input.AsSpan(at + gone, length - at - gone).CopyTo(_input.AsSpan(at));
                return length - gone;
            default:
                return Wrap(at, length);
        }
    }

    private int Insert(int at, int length)
    {
        var more = Math.Min(1 + Below(16), Longest - length);
        _input.AsSpan(at, length - at).CopyTo(_input.AsSpan(at + more));
        _input.AsSpan(at, more).Fill((byte)Below(256));
        return length + more;
    }

    /// <summary>Another packet from here on: tunnels in tunnels nobody thought of.</summary>
    private int Wrap(int at, int length)
    {
        var other = Corpus[Below(Corpus.Length)].Bytes;
        var copied = Math.Min(other.Length, Longest - at);
        other.AsSpan(0, copied).CopyTo(_input.AsSpan(at));
        return at + copied;
    }

    private ReadOnlySpan<byte> Chance(out LinkType link)
    {
        link = (LinkType)Below(Links);
        var input = _input.AsSpan(0, Below(300));
        foreach (ref var value in input)
        {
            value = (byte)Below(256);
        }

        return input;
    }

    private static (LinkType, byte[])[] ReadCorpus()
    {
        var packets = TestPackets.All.Select(packet => (packet.LinkType, packet.Bytes)).ToList();
        packets.AddRange(ApplicationFlows.All.Select(packet => (LinkType.Ethernet, packet)));
        foreach (var file in Directory.EnumerateFiles(Captures.Folder, "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            packets.AddRange(Captures.PacketsOf(file));
        }
        packets.AddRange(Fragments());
        return [.. packets];
    }

    /// <summary>Datagrams in three parts, that the defragmenter finds whole now and then.</summary>
    private static IEnumerable<(LinkType, byte[])> Fragments()
    {
        var datagram = PacketCraft.Udp(9, 4789, PacketCraft.Vxlan(5, PacketCraft.Ethernet(0x0800, PacketCraft.Ipv4(6, PacketCraft.Tcp(1, 2, data: 400)))));
        for (var offset = 0; offset < datagram.Length; offset += 160)
        {
            var part = datagram[offset..Math.Min(offset + 160, datagram.Length)];
            var more = offset + 160 < datagram.Length;
            yield return (LinkType.Ip, PacketCraft.Ipv4(17, part, fragment: (offset / 8) | (more ? 0x2000 : 0)));
            yield return (LinkType.Ip, PacketCraft.Ipv6(44, [.. PacketCraft.Ipv6Fragment(17, offset, more, 9), .. part]));
        }
    }
}
