using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>
/// The layers of a flow from the outermost on, packed six bits each, first layer lowest; at most 10 are kept. Six bits name
/// 63 layers, and ten places hold the longest path that isn't made to be long: Ethernet, four tags, IP, UDP, a tunnel's header
/// and two more behind it.
/// </summary>
internal readonly record struct LayersPath(ulong Packed)
{
    internal const int BitsPerLayer = 6;
    private const int Capacity = 10;
    private const int StableBits = 5;
    private const ulong Mask = (1 << BitsPerLayer) - 1;

    // To Skydive's users ERSPAN is GRE: what has it as its last layer has that name.
    private static readonly string[] Names =
    [
        "", "Ethernet", "Dot1Q", "ARP", "IPv4", "IPv6", "Fragment", "TCP", "UDP", "SCTP", "ICMPv4", "ICMPv6", "GRE", "VXLAN", "VXLAN-GPE", "Geneve", "MPLS",
        "GRE", "GRE", "GTPv1U", "PPPoE", "PPP",
        "AH", "UDPLite", "DCCP", "NSH", "L2TP", "L2TPv3", "EtherIP", "Teredo", "GUE", "FOU", "LISP", "PBB", "VNTag", "ETag", "HSR", "FabricPath", "CiscoMetadata", "MACsec",
    ];

    private static readonly ConcurrentDictionary<ulong, string> Interned = new();

    internal static LayersPath EthernetIPv4Tcp => new((ulong)LayerType.Ethernet | ((ulong)LayerType.IPv4 << BitsPerLayer) | ((ulong)LayerType.Tcp << (2 * BitsPerLayer)));

    /// <summary>How many layers it has.</summary>
    internal int Count => (64 - System.Numerics.BitOperations.LeadingZeroCount(Packed) + BitsPerLayer - 1) / BitsPerLayer;

    internal LayerType Last => Count == 0 ? LayerType.None : (LayerType)((Packed >> (BitsPerLayer * (Count - 1))) & Mask);

    /// <summary>How many values of <see cref="LayerType"/> have a name, from 0 on.</summary>
    internal static int NamedLayers => Names.Length;

    internal static string NameOf(LayerType layer) => Names[(int)layer];

    internal LayersPath Append(LayerType layer)
    {
        var count = Count;
        return count == Capacity ? this : new LayersPath(Packed | ((ulong)layer << (BitsPerLayer * count)));
    }

    /// <summary>The same, for one who keeps the length in bits: on the way of every packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal LayersPath Append(LayerType layer, ref byte length)
    {
        if (length == BitsPerLayer * Capacity)
        {
            return this;
        }

        var longer = new LayersPath(Packed | ((ulong)layer << length));
        length += BitsPerLayer;
        return longer;
    }

    /// <summary>Its first layers alone.</summary>
    internal LayersPath First(int layers) => new(Packed & ((1UL << (BitsPerLayer * layers)) - 1));

    /// <summary>Without its first layers.</summary>
    internal LayersPath Skip(int layers) => new(Packed >> (BitsPerLayer * layers));

    /// <summary>The same layers but one kind.</summary>
    internal LayersPath Without(LayerType layer)
    {
        var kept = default(LayersPath);
        for (var rest = Packed; rest != 0; rest >>= BitsPerLayer)
        {
            if ((LayerType)(rest & Mask) != layer)
            {
                kept = kept.Append((LayerType)(rest & Mask));
            }
        }
        return kept;
    }

    /// <summary>
    /// The path in identifiers, which must stay what they were on every host: five bits a layer, of the first 31 layers all, and
    /// the sixth bits above those.
    /// </summary>
    internal ulong Stable
    {
        get
        {
            var stable = 0UL;
            for (var (rest, place) = (Packed, 0); rest != 0; rest >>= BitsPerLayer, place++)
            {
                stable |= ((rest & Mask) & ((1 << StableBits) - 1)) << (StableBits * place);
                stable |= ((rest & Mask) >> StableBits) << ((StableBits * Capacity) + place);
            }
            return stable;
        }
    }

    /// <summary>The first layers, up to the first of a kind; all, if it isn't among them.</summary>
    /// <param name="layer">The kind.</param>
    /// <param name="length">Of these layers, in bits.</param>
    internal LayersPath UpTo(LayerType layer, out byte length)
    {
        length = 0;
        for (var rest = Packed; rest != 0; rest >>= BitsPerLayer)
        {
            length += BitsPerLayer;
            if ((LayerType)(rest & Mask) == layer)
            {
                break;
            }
        }
        return new LayersPath(Packed & ((1UL << length) - 1));
    }

    private static bool IsNamed(LayerType layer) => layer is not (LayerType.ErspanII or LayerType.ErspanIII);

    /// <summary>"Ethernet/IPv4/TCP": one string object per path.</summary>
    public override string ToString() => Interned.GetOrAdd(Packed, static packed =>
    {
        var names = new List<string>();
        for (var rest = packed; rest != 0; rest >>= BitsPerLayer)
        {
            if (IsNamed((LayerType)(rest & Mask)))
            {
                names.Add(Names[(int)(rest & Mask)]);
            }
        }
        return string.Join('/', names);
    });
}
