using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>
/// What makes a flow: equal for both directions, because the ends are put in order. 80 bytes:
/// <code>
///  0  LowAddress   16  the end whose address (then MAC address, then port) is lower
/// 16  HighAddress  16
/// 32  LowLink       8  MAC address &lt;&lt; 16 | port
/// 40  HighLink      8
/// 48  Tags          8  VLAN tags (48 bits) | IP protocol &lt;&lt; 48 | IP version &lt;&lt; 56
/// 56  Path          8  layers, without Fragment where defragmented
/// 64  NetworkId     8  VNI, GRE key, labels, ERSPAN session | direction &lt;&lt; 63, where the ID is one direction's
/// 72  Parent        8  UUID of the tunnel's flow
/// </code>
/// ICMP has no ports: type and code, of questions and answers the question's (0 for an echo), stand in the lower, their identifier in the higher end's place. What has no
/// network layer has its EtherType there, and a tunnel with two identifiers (labels behind a GRE key or a VNI) the outer
/// one, its upper half in the lower end's place.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct FlowKey : IEquatable<FlowKey>
{
    internal const int PortBits = 16;
    private const ulong DirectionFlag = 1UL << 63;
    private const int ProtocolShift = 48;
    private const int VersionShift = 56;

    internal ulong LowAddressHigh;
    internal ulong LowAddressLow;
    internal ulong HighAddressHigh;
    internal ulong HighAddressLow;
    internal ulong LowLink;
    internal ulong HighLink;
    internal ulong Tags;
    internal ulong Path;
    internal ulong NetworkId;
    internal ulong Parent;

    internal readonly ushort LowPort => (ushort)LowLink;

    internal readonly ushort HighPort => (ushort)HighLink;

    internal readonly byte IpVersion => (byte)(Tags >> VersionShift);

    internal readonly byte IpProtocol => (byte)(Tags >> ProtocolShift);

    /// <summary>The network ID as packets have it.</summary>
    internal readonly ulong Id => IdOf(NetworkId);

    internal readonly ulong VlanTags => Tags & ((1UL << ProtocolShift) - 1);

    /// <summary>The key of a packet's layers, and whether the packet went from the higher end to the lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Make(in PacketLayers layers, LayerKeyMode mode, ulong parent, out FlowKey key, out bool fromHigh)
    {
        Unsafe.SkipInit(out key);
        var withLink = mode == LayerKeyMode.L2 || layers.IpVersion == 0;
        Ends(layers, out var sourcePort, out var destinationPort, out var portsAreEnds);
        fromHigh = IsFromHigh(layers, portsAreEnds);
        // Which way a packet goes is beyond what a processor can predict: masks, not branches.
        var swap = 0UL - (fromHigh ? 1UL : 0UL);
        var withLinkMask = 0UL - (withLink ? 1UL : 0UL);
        Order(swap, layers.SourceHigh, layers.DestinationHigh, out key.LowAddressHigh, out key.HighAddressHigh);
        Order(swap, layers.SourceLow, layers.DestinationLow, out key.LowAddressLow, out key.HighAddressLow);
        Order(swap, layers.LinkSource << PortBits, layers.LinkDestination << PortBits, out var lowLink, out var highLink);
        Order(portsAreEnds ? swap : 0, sourcePort, destinationPort, out var lowPort, out var highPort);
        key.LowLink = (lowLink & withLinkMask) | lowPort;
        key.HighLink = (highLink & withLinkMask) | highPort;
        key.Tags = (withLink ? layers.VlanTags : 0) | ((ulong)layers.IpProtocol << ProtocolShift) | ((ulong)layers.IpVersion << VersionShift);
        var path = withLink ? layers.Path : layers.Path.Skip(layers.LinkLayers);
        key.Path = layers.IsReassembled ? path.Without(LayerType.Fragment).Packed : path.Packed;
        key.NetworkId = (ulong)layers.NetworkId;
        key.Parent = parent;
    }

    internal static ulong IdOf(ulong networkId) => networkId & ~DirectionFlag;

    internal static bool DirectionOf(ulong networkId) => (networkId & DirectionFlag) != 0;

    /// <summary>The network ID is that of packets that go this way.</summary>
    internal void SetDirection(bool fromHigh) => NetworkId = Id | (fromHigh ? DirectionFlag : 0);

    public readonly bool Equals(FlowKey other) => Matches(other);

    public override readonly bool Equals(object? obj) => obj is FlowKey other && Matches(other);

    public override readonly int GetHashCode() => (int)KeyHash.Of(this);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Matches(in FlowKey other) =>
        ((LowAddressHigh ^ other.LowAddressHigh) | (LowAddressLow ^ other.LowAddressLow) | (HighAddressHigh ^ other.HighAddressHigh)
        | (HighAddressLow ^ other.HighAddressLow) | (LowLink ^ other.LowLink) | (HighLink ^ other.HighLink) | (Tags ^ other.Tags)
        | (Path ^ other.Path) | (NetworkId ^ other.NetworkId) | (Parent ^ other.Parent)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Order(ulong swap, ulong source, ulong destination, out ulong low, out ulong high)
    {
        var difference = (source ^ destination) & swap;
        low = source ^ difference;
        high = destination ^ difference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ends(in PacketLayers layers, out ushort source, out ushort destination, out bool areEnds)
    {
        areEnds = false;
        switch (layers.Transport)
        {
            // The same number at both ends: a tunnel's answers come with a port of their own, too.
            case LayerType.Udp when layers.HasEntropyPort && layers.OuterId == 0:
                source = destination = layers.DestinationPort;
                break;
            case LayerType.Tcp or LayerType.Sctp:
            case LayerType.Udp when !layers.HasEntropyPort:
                source = layers.SourcePort;
                destination = layers.DestinationPort;
                areEnds = true;
                break;
            // A request and its answer are one flow: they differ in type.
            case LayerType.IcmpV4 or LayerType.IcmpV6:
                source = layers.IsIcmpExchange ? layers.QueryInKey : (ushort)((layers.IcmpType << 8) | layers.IcmpCode);
                destination = layers.IcmpId;
                break;
            default:
                if (layers.Transport is LayerType.UdpLite or LayerType.Dccp)
                {
                    source = layers.SourcePort;
                    destination = layers.DestinationPort;
                    areEnds = true;
                    break;
                }
                if (layers.OuterId != 0)
                {
                    source = (ushort)(layers.OuterId >> PortBits);
                    destination = (ushort)layers.OuterId;
                    break;
                }
                source = layers.IpVersion == 0 ? layers.EtherType : (ushort)0;
                destination = 0;
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFromHigh(in PacketLayers layers, bool portsAreEnds)
    {
        if (layers.SourceHigh != layers.DestinationHigh)
        {
            return layers.SourceHigh > layers.DestinationHigh;
        }

        if (layers.SourceLow != layers.DestinationLow)
        {
            return layers.SourceLow > layers.DestinationLow;
        }
        // One address talks to itself, or there is none: ports, and what is asked and answered, are the same at every capture point, MAC addresses aren't.
        if (portsAreEnds && layers.SourcePort != layers.DestinationPort)
        {
            return layers.SourcePort > layers.DestinationPort;
        }

        if (layers.IsIcmpExchange)
        {
            return layers.IcmpRole == IcmpRole.Answer;
        }

        return layers.LinkSource > layers.LinkDestination;
    }
}
