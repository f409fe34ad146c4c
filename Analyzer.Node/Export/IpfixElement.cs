namespace Analyzer.Node.Export;

/// <summary>An information element, as templates name it (RFC 7011, 3.2).</summary>
/// <param name="Id">Its number: IANA's, or the enterprise's.</param>
/// <param name="Length">In bytes; <see cref="Variable"/>: each record says.</param>
/// <param name="Enterprise">Whose it is; 0: IANA's.</param>
internal readonly record struct IpfixElement(ushort Id, ushort Length, uint Enterprise = 0)
{
    /// <summary>RFC 7011, 7.</summary>
    public const ushort Variable = 65535;

    /// <summary>RFC 5103, 6.1: the same element of the other direction.</summary>
    public const uint Reverse = 29305;

    /// <summary>RFC 5612 keeps this number for documentation: nobody has registered elements under it, and we have none of our own.</summary>
    public const uint Own = 32473;

    public static readonly IpfixElement OctetDeltaCount = new(1, 8);
    public static readonly IpfixElement PacketDeltaCount = new(2, 8);
    public static readonly IpfixElement ReverseOctetDeltaCount = new(1, 8, Reverse);
    public static readonly IpfixElement ReversePacketDeltaCount = new(2, 8, Reverse);
    public static readonly IpfixElement ProtocolIdentifier = new(4, 1);
    public static readonly IpfixElement SourceTransportPort = new(7, 2);
    public static readonly IpfixElement SourceIPv4Address = new(8, 4);
    public static readonly IpfixElement DestinationTransportPort = new(11, 2);
    public static readonly IpfixElement DestinationIPv4Address = new(12, 4);
    public static readonly IpfixElement SourceIPv6Address = new(27, 16);
    public static readonly IpfixElement DestinationIPv6Address = new(28, 16);
    public static readonly IpfixElement IcmpTypeCodeIPv4 = new(32, 2);
    public static readonly IpfixElement SourceMacAddress = new(56, 6);
    public static readonly IpfixElement VlanId = new(58, 2);
    public static readonly IpfixElement IpVersion = new(60, 1);
    public static readonly IpfixElement DestinationMacAddress = new(80, 6);
    public static readonly IpfixElement ApplicationName = new(96, Variable);
    public static readonly IpfixElement FlowEndReason = new(136, 1);
    public static readonly IpfixElement IcmpTypeCodeIPv6 = new(139, 2);
    public static readonly IpfixElement FlowStartMilliseconds = new(152, 8);
    public static readonly IpfixElement FlowEndMilliseconds = new(153, 8);
    public static readonly IpfixElement BiflowDirection = new(239, 1);
    public static readonly IpfixElement Dot1qCustomerVlanId = new(245, 2);
    public static readonly IpfixElement Layer2SegmentId = new(351, 8);

    public static readonly IpfixElement FlowUuid = new(1, 8, Own);
    public static readonly IpfixElement ParentUuid = new(2, 8, Own);
    public static readonly IpfixElement TrackingId = new(3, 8, Own);
    public static readonly IpfixElement L3TrackingId = new(4, 8, Own);
    public static readonly IpfixElement LayersPath = new(5, Variable, Own);
    public static readonly IpfixElement LinkId = new(6, 8, Own);
    public static readonly IpfixElement NetworkId = new(7, 8, Own);
    public static readonly IpfixElement RoundTripTime = new(8, 8, Own);
    public static readonly IpfixElement SamplingRate = new(9, 4, Own);
    public static readonly IpfixElement NodeTid = new(10, Variable, Own);
    public static readonly IpfixElement HostName = new(11, Variable, Own);
    public static readonly IpfixElement CaptureId = new(12, Variable, Own);
    public static readonly IpfixElement TunnelId = new(20, 8, Own);
    public static readonly IpfixElement TunnelProtocol = new(21, Variable, Own);
    public static readonly IpfixElement OuterIPv4AddressA = new(22, 4, Own);
    public static readonly IpfixElement OuterIPv4AddressB = new(23, 4, Own);
    public static readonly IpfixElement OuterIPv6AddressA = new(24, 16, Own);
    public static readonly IpfixElement OuterIPv6AddressB = new(25, 16, Own);
    public static readonly IpfixElement OuterPortA = new(26, 2, Own);
    public static readonly IpfixElement OuterPortB = new(27, 2, Own);
}
