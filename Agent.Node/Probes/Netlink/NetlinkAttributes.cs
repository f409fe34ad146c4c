using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// Walks the type-length-value attributes of a netlink message (struct rtattr), in place. Stops at the first attribute
/// whose length doesn't fit, keeping what was read before.
/// </summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> data)
{
    private const int HeaderLength = 4;
    private const int TypeMask = 0x3fff; // the upper bits say "nested" and "network byte order"

    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Set when the walk ended on an attribute that claims more, or less, than there is.</summary>
    public bool Malformed { get; private set; }

    public bool TryRead(out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < HeaderLength)
        {
            Malformed |= !_rest.IsEmpty;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < HeaderLength || length > _rest.Length)
        {
            Malformed = true;
            return false;
        }

        type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & TypeMask;
        value = _rest[HeaderLength..length];
        _rest = _rest[Math.Min(NetlinkMessages.Align(length), _rest.Length)..];
        return true;
    }
}

/// <summary>
/// Values of attributes. A value of the wrong size reads as null, so that a hostile or newer kernel's message loses that
/// attribute and no other. The kernel writes integers in host order; the hosts .NET runs on are little endian.
/// </summary>
internal static class NetlinkValue
{
    public static byte? Byte(ReadOnlySpan<byte> value) => value.Length >= 1 ? value[0] : null;

    public static ushort? UInt16(ReadOnlySpan<byte> value) =>
        value.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(value) : null;

    public static ushort? NetworkUInt16(ReadOnlySpan<byte> value) =>
        value.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(value) : null;

    public static uint? UInt32(ReadOnlySpan<byte> value) =>
        value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(value) : null;

    public static uint? NetworkUInt32(ReadOnlySpan<byte> value) =>
        value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(value) : null;

    public static int? Int32(ReadOnlySpan<byte> value) =>
        value.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(value) : null;

    /// <summary>A string up to its terminating zero.</summary>
    public static string Text(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }

    /// <summary>A hardware address as "aa:bb:cc:dd:ee:ff"; empty for none and for IPv4/IPv6 addresses of tunnels.</summary>
    public static string Mac(ReadOnlySpan<byte> value)
    {
        if (value.Length != 6)
        {
            return "";
        }

        return string.Create(17, (value[0], value[1], value[2], value[3], value[4], value[5]), static (text, bytes) =>
        {
            const string digits = "0123456789abcdef";
            Span<byte> mac = [bytes.Item1, bytes.Item2, bytes.Item3, bytes.Item4, bytes.Item5, bytes.Item6];
            for (var i = 0; i < 6; i++)
            {
                text[3 * i] = digits[mac[i] >> 4];
                text[3 * i + 1] = digits[mac[i] & 15];
                if (i < 5)
                {
                    text[3 * i + 2] = ':';
                }
            }
        });
    }

    /// <summary>An IPv4 or IPv6 address in text; null for any other length.</summary>
    public static string? Address(ReadOnlySpan<byte> value) =>
        value.Length is 4 or 16 ? new IPAddress(value).ToString() : null;

    /// <summary>As <see cref="Address"/>; null for the unspecified address, which tunnels use for "any".</summary>
    public static string? SpecifiedAddress(ReadOnlySpan<byte> value) =>
        value.IndexOfAnyExcept((byte)0) < 0 ? null : Address(value);
}
