using System.Buffers.Binary;

namespace Agent.Node.Decoding.Applications;

/// <summary>A VRRP advertisement: version 2 (RFC 3768, 5.1) for IPv4, version 3 (RFC 9568, 5.1) for IPv4 and IPv6.</summary>
internal readonly ref struct VrrpAdvertisement
{
    private const int HeaderLength = 8;
    private const byte Advertisement = 1;
    private readonly ReadOnlySpan<byte> _addresses;

    private VrrpAdvertisement(ReadOnlySpan<byte> data, bool isIpv6)
    {
        Version = (byte)(data[0] >> 4);
        VirtualRouter = data[1];
        Priority = data[2];
        AddressCount = data[3];
        Interval = Version == 2 ? data[5] : (ushort)(BinaryPrimitives.ReadUInt16BigEndian(data[4..]) & 0x0fff);
        AddressLength = isIpv6 ? 16 : 4;
        _addresses = data[HeaderLength..];
    }

    internal byte Version { get; }

    internal byte VirtualRouter { get; }

    internal byte Priority { get; }

    /// <summary>How many addresses it says it has.</summary>
    internal byte AddressCount { get; }

    /// <summary>Seconds in version 2, hundredths of seconds in version 3.</summary>
    internal ushort Interval { get; }

    /// <summary>4 or 16.</summary>
    internal int AddressLength { get; }

    /// <summary>The addresses that were captured.</summary>
    internal ReadOnlySpan<byte> Addresses => _addresses[..(Math.Min(AddressCount, _addresses.Length / AddressLength) * AddressLength)];

    /// <summary>False when the header isn't whole, or is of another version or type.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, bool isIpv6, out VrrpAdvertisement advertisement)
    {
        advertisement = default;
        if (data.Length < HeaderLength || (data[0] & 0xf) != Advertisement || data[0] >> 4 is not (2 or 3) || (isIpv6 && data[0] >> 4 == 2))
        {
            return false;
        }

        advertisement = new VrrpAdvertisement(data, isIpv6);
        return true;
    }
}
