using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// VXLAN (RFC 7348, 5), its Group Policy Option (draft-smith-vxlan-group-policy, 2.1) and its Generic Protocol Extension
/// (draft-ietf-nvo3-vxlan-gpe, 3).
/// </summary>
internal readonly ref struct VxlanHeader
{
    internal const int Length = 8;
    private const byte InstanceFlag = 0x08;
    private const byte NextProtocolFlag = 0x04;
    private const byte VersionMask = 0x30;
    private const ushort GroupPolicyFlag = 0x8000;
    private const ushort DontLearnFlag = 0x0040;
    private const ushort PolicyAppliedFlag = 0x0008;

    private readonly ushort _flags;

    private VxlanHeader(ushort flags, ushort groupPolicy, uint networkId, ushort protocol)
    {
        _flags = flags;
        GroupPolicy = groupPolicy;
        NetworkId = networkId;
        Protocol = protocol;
    }

    /// <summary>The VNI: 24 bits.</summary>
    internal uint NetworkId { get; }

    /// <summary>The EtherType of what's inside; 0 when GPE carries something we don't decode.</summary>
    internal ushort Protocol { get; }

    internal bool HasGroupPolicy => (_flags & GroupPolicyFlag) != 0;

    /// <summary>The group the sender is of, if <see cref="HasGroupPolicy"/>.</summary>
    internal ushort GroupPolicy { get; }

    internal bool DontLearn => (_flags & DontLearnFlag) != 0;

    internal bool PolicyApplied => (_flags & PolicyAppliedFlag) != 0;

    /// <summary>False when truncated, or when the flag that says the VNI is valid isn't set: then it's not VXLAN.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out VxlanHeader header)
    {
        if (data.Length < Length || (data[0] & InstanceFlag) == 0)
        {
            header = default;
            return false;
        }
        header = new VxlanHeader(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]), BinaryPrimitives.ReadUInt32BigEndian(data[4..]) >> 8, EtherTypes.TransparentEthernetBridging);
        return true;
    }

    /// <summary>False also for a version other than 0.</summary>
    internal static bool TryReadGpe(ReadOnlySpan<byte> data, out VxlanHeader header)
    {
        if (!TryRead(data, out header) || (data[0] & VersionMask) != 0)
        {
            return false;
        }

        if ((data[0] & NextProtocolFlag) != 0)
        {
            header = new VxlanHeader(header._flags, 0, header.NetworkId, NextProtocols.EtherTypeOf(data[3]));
        }

        return true;
    }
}
