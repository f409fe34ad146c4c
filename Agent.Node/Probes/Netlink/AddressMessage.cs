using System.Buffers.Binary;

namespace Agent.Node.Probes.Netlink;

/// <summary>An IPv4 or IPv6 address of an interface (RTM_NEWADDR).</summary>
/// <param name="LinkIndex">The interface.</param>
/// <param name="Address">In text.</param>
/// <param name="PrefixLength">Bits of the network part.</param>
internal sealed record AddressMessage(int LinkIndex, string Address, int PrefixLength)
{
    private const int BodyLength = 8; // struct ifaddrmsg

    public bool IsIPv6 => Address.Contains(':', StringComparison.Ordinal);

    public override string ToString() => $"{Address}/{PrefixLength}";

    public static bool TryRead(ReadOnlySpan<byte> payload, out AddressMessage? message)
    {
        message = null;
        if (payload.Length < BodyLength)
        {
            return false;
        }

        string? address = null, local = null;
        var attributes = new NetlinkAttributes(payload[BodyLength..]);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == 1)
            {
                address = NetlinkValue.Address(value);
            }
            else if (type == 2)
            {
                local = NetlinkValue.Address(value);
            }
        }

        // On a point-to-point link IFA_ADDRESS is the other end's and IFA_LOCAL is ours; elsewhere they are equal or
        // only the former is there.
        address = local ?? address;
        var index = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        if (address is null || index <= 0)
        {
            return false;
        }

        message = new AddressMessage(index, address, payload[1]);
        return true;
    }
}
