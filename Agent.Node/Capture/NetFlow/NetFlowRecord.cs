using System.Buffers.Binary;
using Agent.Node.Decoding;

namespace Agent.Node.Capture.NetFlow;

/// <summary>When a datagram was sent: what its records' times are relative to.</summary>
/// <param name="Sent">Nanoseconds since 1970, by the exporter's clock.</param>
/// <param name="Uptime">Milliseconds since the exporter's start; goes round after 49 days.</param>
internal readonly record struct NetFlowClock(long Sent, uint Uptime)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>A time the exporter gave as its uptime.</summary>
    internal long At(uint uptime) => Sent - (unchecked((int)(Uptime - uptime)) * NanosecondsPerMillisecond);
}

/// <summary>One direction of a flow, or both, as an exporter counted it; or what an exporter tells about its sampling.</summary>
internal struct NetFlowRecord
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerMicrosecond = 1_000;
    private const long SecondsFrom1900To1970 = 2_208_988_800;

    internal byte IpVersion;
    internal byte Protocol;
    internal byte TcpFlags;
    internal byte ReverseTcpFlags;
    internal ushort SourcePort;
    internal ushort DestinationPort;
    internal byte IcmpType;
    internal byte IcmpCode;
    internal bool HasIcmp;
    internal ulong SourceHigh;
    internal ulong SourceLow;
    internal ulong DestinationHigh;
    internal ulong DestinationLow;
    internal ulong Packets;
    internal ulong Bytes;
    internal ulong ReversePackets;
    internal ulong ReverseBytes;

    /// <summary>Nanoseconds since 1970; 0: not told.</summary>
    internal long Start;
    internal long Last;

    /// <summary>One packet in this many was sampled; 0: not told.</summary>
    internal ulong SamplingRate;
    internal ulong Sampler;

    /// <summary>Of the exporter's start, in milliseconds since 1970: what uptimes are relative to where the datagram has none.</summary>
    private ulong _initialized;
    private uint _firstUptime;
    private uint _lastUptime;
    private bool _hasUptimes;
    private ulong _duration;
    private ulong _totalPackets;
    private ulong _totalBytes;
    private ulong _samplingInterval;
    private ulong _samplingSpace;
    private ulong _samplingSize;
    private ulong _samplingPopulation;

    /// <summary>Takes the next record of a set.</summary>
    /// <returns>False when there's no whole one: padding, or a variable length that can't be.</returns>
    internal static bool TryRead(NetFlowTemplate template, in NetFlowClock clock, scoped ref ReadOnlySpan<byte> data, out NetFlowRecord record)
    {
        record = default;
        if (data.Length < template.ShortestRecord)
        {
            return false;
        }

        foreach (var field in template.Fields)
        {
            int length = field.Length;
            if (length == NetFlowField.Variable && !TryTakeLength(ref data, out length))
            {
                return false;
            }

            if (data.Length < length)
            {
                return false;
            }

            if (field.Enterprise == 0)
            {
                record.Take(field.Id, data[..length], clock);
            }
            else if (field.Enterprise == NetFlowField.Reverse)
            {
                record.TakeReverse(field.Id, data[..length]);
            }

            data = data[length..];
        }
        record.Complete(clock);
        return true;
    }

    /// <summary>What a packet of this flow would have said, from A to B or the other way round.</summary>
    internal readonly PacketLayers ToLayers(bool reverse)
    {
        var layers = new PacketLayers
        {
            IpVersion = IpVersion,
            IpProtocol = Protocol,
            SourceHigh = reverse ? DestinationHigh : SourceHigh,
            SourceLow = reverse ? DestinationLow : SourceLow,
            DestinationHigh = reverse ? SourceHigh : DestinationHigh,
            DestinationLow = reverse ? SourceLow : DestinationLow,
        };
        layers.AddLayer(IpVersion == 4 ? LayerType.IPv4 : LayerType.IPv6);
        layers.Transport = Protocol switch
        {
            IpProtocols.Tcp => LayerType.Tcp,
            IpProtocols.Udp => LayerType.Udp,
            IpProtocols.Sctp => LayerType.Sctp,
            IpProtocols.IcmpV4 when IpVersion == 4 => LayerType.IcmpV4,
            IpProtocols.IcmpV6 when IpVersion == 6 => LayerType.IcmpV6,
            _ => LayerType.None,
        };
        if (layers.Transport == LayerType.None)
        {
            return layers;
        }

        layers.AddLayer(layers.Transport);
        if (layers.Transport is LayerType.IcmpV4 or LayerType.IcmpV6)
        {
            // Where there's no field for them they stand in the destination port (RFC 3954's ICMP_TYPE, Cisco's habit).
            layers.IcmpType = HasIcmp ? IcmpType : (byte)(DestinationPort >> 8);
            layers.IcmpCode = HasIcmp ? IcmpCode : (byte)DestinationPort;
            return layers;
        }
        layers.SourcePort = reverse ? DestinationPort : SourcePort;
        layers.DestinationPort = reverse ? SourcePort : DestinationPort;
        // All packets' flags at once: they tell how the connection ended, but no order, and so no round-trip time.
        layers.TcpFlags = (byte)((reverse ? ReverseTcpFlags : TcpFlags) & (TcpHeader.Fin | TcpHeader.Rst));
        return layers;
    }

    private void Take(ushort element, ReadOnlySpan<byte> value, in NetFlowClock clock)
    {
        switch (element)
        {
            case 1 or 231: // octetDeltaCount, initiatorOctets
                Bytes = Number(value);
                break;
            case 2 or 298: // packetDeltaCount, initiatorPackets
                Packets = Number(value);
                break;
            case 232: // responderOctets
                ReverseBytes = Number(value);
                break;
            case 299: // responderPackets
                ReversePackets = Number(value);
                break;
            case 23 or 85: // postOctetDeltaCount, octetTotalCount
                _totalBytes = Number(value);
                break;
            case 24 or 86: // postPacketDeltaCount, packetTotalCount
                _totalPackets = Number(value);
                break;
            case 4: // protocolIdentifier
                Protocol = (byte)Number(value);
                break;
            case 6: // tcpControlBits
                TcpFlags = (byte)Number(value);
                break;
            case 7 or 180 or 182: // sourceTransportPort, udpSourcePort, tcpSourcePort
                SourcePort = (ushort)Number(value);
                break;
            case 11 or 181 or 183: // destinationTransportPort, udpDestinationPort, tcpDestinationPort
                DestinationPort = (ushort)Number(value);
                break;
            case 8 when value.Length == 4: // sourceIPv4Address
                TakeSource(4, 0, BinaryPrimitives.ReadUInt32BigEndian(value));
                break;
            case 12 when value.Length == 4: // destinationIPv4Address
                TakeDestination(4, 0, BinaryPrimitives.ReadUInt32BigEndian(value));
                break;
            case 27 when value.Length == 16: // sourceIPv6Address
                TakeSource(6, BinaryPrimitives.ReadUInt64BigEndian(value), BinaryPrimitives.ReadUInt64BigEndian(value[8..]));
                break;
            case 28 when value.Length == 16: // destinationIPv6Address
                TakeDestination(6, BinaryPrimitives.ReadUInt64BigEndian(value), BinaryPrimitives.ReadUInt64BigEndian(value[8..]));
                break;
            case 32 or 139: // icmpTypeCodeIPv4, icmpTypeCodeIPv6
                TakeIcmp((byte)(Number(value) >> 8), (byte)Number(value));
                break;
            case 176 or 178: // icmpTypeIPv4, icmpTypeIPv6
                TakeIcmp((byte)Number(value), IcmpCode);
                break;
            case 177 or 179: // icmpCodeIPv4, icmpCodeIPv6
                TakeIcmp(IcmpType, (byte)Number(value));
                break;
            default:
                TakeTime(element, value, clock);
                TakeSampling(element, value);
                break;
        }
    }

    private void TakeReverse(ushort element, ReadOnlySpan<byte> value)
    {
        switch (element)
        {
            case 1 or 85:
                ReverseBytes = Number(value);
                break;
            case 2 or 86:
                ReversePackets = Number(value);
                break;
            case 6:
                ReverseTcpFlags = (byte)Number(value);
                break;
        }
    }

    private void TakeTime(ushort element, ReadOnlySpan<byte> value, in NetFlowClock clock)
    {
        switch (element)
        {
            case 22: // flowStartSysUpTime
                _firstUptime = (uint)Number(value);
                _hasUptimes = true;
                break;
            case 21: // flowEndSysUpTime
                _lastUptime = (uint)Number(value);
                _hasUptimes = true;
                break;
            case 150: // flowStartSeconds
                Start = Nanoseconds(Number(value), NanosecondsPerSecond);
                break;
            case 151: // flowEndSeconds
                Last = Nanoseconds(Number(value), NanosecondsPerSecond);
                break;
            case 152: // flowStartMilliseconds
                Start = Nanoseconds(Number(value), NanosecondsPerMillisecond);
                break;
            case 153: // flowEndMilliseconds
                Last = Nanoseconds(Number(value), NanosecondsPerMillisecond);
                break;
            case 154 or 156: // flowStartMicroseconds, flowStartNanoseconds
                Start = NtpTime(value);
                break;
            case 155 or 157: // flowEndMicroseconds, flowEndNanoseconds
                Last = NtpTime(value);
                break;
            case 158: // flowStartDeltaMicroseconds: before the datagram
                Start = clock.Sent - Nanoseconds(Number(value), NanosecondsPerMicrosecond);
                break;
            case 159: // flowEndDeltaMicroseconds
                Last = clock.Sent - Nanoseconds(Number(value), NanosecondsPerMicrosecond);
                break;
            case 160: // systemInitTimeMilliseconds
                _initialized = Number(value);
                break;
            case 161: // flowDurationMilliseconds
                _duration = Number(value);
                break;
        }
    }

    private void TakeSampling(ushort element, ReadOnlySpan<byte> value)
    {
        switch (element)
        {
            case 34 or 50: // samplingInterval, samplerRandomInterval
                SamplingRate = Number(value);
                break;
            case 48 or 302: // samplerId, selectorId
                Sampler = Number(value);
                break;
            case 305: // samplingPacketInterval: so many are taken …
                _samplingInterval = Number(value);
                break;
            case 306: // samplingPacketSpace: … and then so many aren't
                _samplingSpace = Number(value);
                break;
            case 309: // samplingSize
                _samplingSize = Number(value);
                break;
            case 310: // samplingPopulation
                _samplingPopulation = Number(value);
                break;
        }
    }

    private void TakeSource(byte version, ulong high, ulong low)
    {
        // Templates for both versions in one have the other's addresses zero.
        if (IpVersion != 0 && IpVersion != version && (high | low) == 0)
        {
            return;
        }

        (IpVersion, SourceHigh, SourceLow) = (version, high, low);
    }

    private void TakeDestination(byte version, ulong high, ulong low)
    {
        if (IpVersion != 0 && IpVersion != version && (high | low) == 0)
        {
            return;
        }

        (IpVersion, DestinationHigh, DestinationLow) = (version, high, low);
    }

    private void TakeIcmp(byte type, byte code)
    {
        // One template may have fields for both versions: zeros don't take away what the other said.
        if (HasIcmp && (type | code) == 0)
        {
            return;
        }

        (HasIcmp, IcmpType, IcmpCode) = (true, type, code);
    }

    private void Complete(in NetFlowClock clock)
    {
        if (Packets == 0 && Bytes == 0)
        {
            (Packets, Bytes) = (_totalPackets, _totalBytes);
        }

        if (_hasUptimes && Start == 0 && Last == 0)
        {
            (Start, Last) = _initialized == 0
                ? (clock.At(_firstUptime), clock.At(_lastUptime))
                : (Nanoseconds(_initialized + _firstUptime, NanosecondsPerMillisecond), Nanoseconds(_initialized + _lastUptime, NanosecondsPerMillisecond));
        }
        if (Start == 0 && Last != 0)
        {
            Start = Last - Nanoseconds(_duration, NanosecondsPerMillisecond);
        }
        else if (Last == 0 && Start != 0)
        {
            Last = Start + Nanoseconds(_duration, NanosecondsPerMillisecond);
        }

        if (SamplingRate == 0 && _samplingInterval != 0)
        {
            SamplingRate = (_samplingInterval + _samplingSpace) / _samplingInterval;
        }

        if (SamplingRate == 0 && _samplingSize != 0)
        {
            SamplingRate = _samplingPopulation / _samplingSize;
        }
    }

    /// <summary>Any field may be shorter than its type (RFC 7011, 6.2).</summary>
    private static ulong Number(ReadOnlySpan<byte> value)
    {
        if (value.Length > sizeof(ulong))
        {
            return 0;
        }

        var number = 0UL;
        foreach (var part in value)
        {
            number = (number << 8) | part;
        }

        return number;
    }

    private static long Nanoseconds(ulong count, long unit) => (long)Math.Min(count, (ulong)(long.MaxValue / unit)) * unit;

    /// <summary>Seconds since 1900 and a fraction of 2^32 (RFC 7011, 6.1.9 and 6.1.10).</summary>
    private static long NtpTime(ReadOnlySpan<byte> value)
    {
        if (value.Length != sizeof(ulong))
        {
            return 0;
        }

        var seconds = BinaryPrimitives.ReadUInt32BigEndian(value) - SecondsFrom1900To1970;
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
        return (seconds * NanosecondsPerSecond) + (long)((ulong)fraction * NanosecondsPerSecond >> 32);
    }

    private static bool TryTakeLength(ref ReadOnlySpan<byte> data, out int length)
    {
        const byte longForm = 255;
        length = 0;
        if (data.IsEmpty)
        {
            return false;
        }

        length = data[0];
        data = data[1..];
        if (length != longForm)
        {
            return true;
        }

        if (data.Length < 2)
        {
            return false;
        }

        length = BinaryPrimitives.ReadUInt16BigEndian(data);
        data = data[2..];
        return true;
    }
}
