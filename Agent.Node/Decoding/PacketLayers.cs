using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>Why decoding ended.</summary>
internal enum DecodeEnd : byte
{
    /// <summary>At the last layer a flow has, or at a protocol we don't decode.</summary>
    Complete,

    /// <summary>At a tunnel's header: <see cref="PacketLayers.Inner"/> follows.</summary>
    Tunnel,

    /// <summary>In the middle of a header, or at one that can't be: what was read before stands.</summary>
    Broken,

    /// <summary>At what only the two ends of a wireless link can read.</summary>
    Encrypted,

    /// <summary>At the beginning: a frame of the link's own, that carries nothing.</summary>
    Signalling,
}

/// <summary>What a packet alone can't say about its flow: the flows there have been are asked, where this isn't None.</summary>
[Flags]
internal enum FlowDoubts : byte
{
    None = 0,

    /// <summary>
    /// A tunnel's port that any program may get from its system (RFC 6335, 6): decoded as a tunnel only if the packet is one to
    /// its end.
    /// </summary>
    EphemeralPort = 1,

    /// <summary>The tunnel's ID belongs to this direction: the other one may have another.</summary>
    DirectionalId = 2,
}

/// <summary>What one packet says about one flow: the layers from the first up to the last, or up to a tunnel's header.</summary>
internal struct PacketLayers
{
    internal LayersPath Path;

    /// <summary>How many of the path's layers lie below the network layer.</summary>
    internal byte LinkLayers;
    internal byte VlanCount;
    private byte _pathBits;
    internal byte IpVersion;
    internal byte IpProtocol;
    internal byte TimeToLive;
    internal byte TcpFlags;
    internal byte IcmpType;
    internal byte IcmpCode;
    internal IcmpRole IcmpRole;

    /// <summary>The type that asks, where it's a question or its answer.</summary>
    internal byte IcmpQuery;

    /// <summary>TCP, UDP, UDP-Lite, SCTP, DCCP, ICMPv4, ICMPv6 or None.</summary>
    internal LayerType Transport;
    internal LinkType Inner;

    /// <summary>The first of the flow's headers that <see cref="Flows.Details.TunnelDetails"/> tells more of; None: there's none.</summary>
    internal LayerType Tunnel;
    internal DecodeEnd End;
    internal FlowDoubts Doubts;
    internal bool HasLink;
    internal bool IsFragment;
    internal bool MoreFragments;

    /// <summary>Put together from fragments.</summary>
    internal bool IsReassembled;

    /// <summary>Set when the source port of the tunnel only spreads load (RFC 7348, 5; RFC 8926, 3.3).</summary>
    internal bool HasEntropyPort;
    internal ushort EtherType;
    internal ushort PppoeSession;
    internal ushort SourcePort;
    internal ushort DestinationPort;
    internal ushort IcmpId;
    internal ushort IcmpSequence;
    internal uint TcpSequence;
    internal uint Identification;
    internal int FragmentOffset;

    /// <summary>Where the IP header starts and where its payload does, from the start of the span.</summary>
    internal int NetworkOffset;
    internal int NetworkPayloadOffset;

    /// <summary>Bytes of the IP payload, as the IP header has it.</summary>
    internal int NetworkPayloadLength;

    /// <summary>Where <see cref="Tunnel"/>'s header starts.</summary>
    internal int TunnelOffset;

    /// <summary>Where what the tunnel carries starts.</summary>
    internal int InnerOffset;
    internal ulong LinkSource;
    internal ulong LinkDestination;

    /// <summary>Tag n shifted left by 12·n bits.</summary>
    internal ulong VlanTags;
    internal ulong SourceHigh;
    internal ulong SourceLow;
    internal ulong DestinationHigh;
    internal ulong DestinationLow;

    /// <summary>VNI, key, labels, TEID or session of the tunnel; of several headers' that of the last one.</summary>
    internal long NetworkId;

    /// <summary>The key or VNI of the header around, where labels or a session in it are the <see cref="NetworkId"/>.</summary>
    internal uint OuterId;

    /// <summary>A question or its answer.</summary>
    internal readonly bool IsIcmpExchange => IcmpRole is IcmpRole.Query or IcmpRole.Answer;

    /// <summary>False for labels on a link without addresses: who sent them isn't said.</summary>
    internal readonly bool HasEnds => IpVersion != 0 || HasLink;

    /// <summary>What tells questions from others between the same ends; an echo has nothing there.</summary>
    internal readonly ushort QueryInKey => IcmpQuery is IcmpExchange.EchoV4 or IcmpExchange.EchoV6 ? (ushort)0 : (ushort)(IcmpQuery << 8);

    /// <summary>The link layers of the packet that this is the answer to: the same, the other way round.</summary>
    internal void TakeLinkOfAnswer(in PacketLayers answer)
    {
        LinkLayers = answer.LinkLayers;
        _pathBits = (byte)(LinkLayers * LayersPath.BitsPerLayer);
        Path = answer.Path.First(LinkLayers);
        VlanCount = answer.VlanCount;
        VlanTags = answer.VlanTags;
        EtherType = answer.EtherType;
        HasLink = answer.HasLink;
        LinkSource = answer.LinkDestination;
        LinkDestination = answer.LinkSource;
    }

    /// <summary>The three layers at once, before any other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetEthernetIPv4Tcp()
    {
        Path = LayersPath.EthernetIPv4Tcp;
        _pathBits = 3 * LayersPath.BitsPerLayer;
        LinkLayers = 1;
    }

    /// <summary>The datagram isn't the tunnel's it was taken for.</summary>
    internal void LeaveTunnel()
    {
        Path = Path.UpTo(LayerType.Udp, out _pathBits);
        Tunnel = PppoeSession != 0 ? LayerType.PppoE : LayerType.None;
        NetworkId = OuterId = 0;
        HasEntropyPort = false;
        Doubts = FlowDoubts.EphemeralPort;
        End = DecodeEnd.Complete;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddLayer(LayerType layer) => Path = Path.Append(layer, ref _pathBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddLinkLayer(LayerType layer)
    {
        Path = Path.Append(layer, ref _pathBits);
        LinkLayers++;
    }
}
