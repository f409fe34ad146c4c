using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Shared.Messages.Flows;

/// <summary>How a flow's numbers are written, and read back.</summary>
internal static class FlowForms
{
    private const int MacLength = 17;

    /// <summary>Sixteen hexadecimal digits; nothing for 0.</summary>
    public static string Id(ulong id) => id == 0 ? "" : id.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Reads an id as <see cref="Id"/> writes it.</summary>
    public static bool TryId(ReadOnlySpan<char> text, out ulong id)
    {
        id = 0;
        return text.IsEmpty || (text.Length <= 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id));
    }

    /// <summary>"02:00:00:00:00:01".</summary>
    public static string Mac(ulong address) => string.Create(MacLength, address, static (text, address) =>
    {
        const string digits = "0123456789abcdef";
        for (var i = 0; i < 6; i++)
        {
            var value = (byte)(address >> (40 - (8 * i)));
            text[3 * i] = digits[value >> 4];
            text[(3 * i) + 1] = digits[value & 0xf];
            if (i < 5)
            {
                text[(3 * i) + 2] = ':';
            }
        }
    });

    /// <summary>Reads an address as <see cref="Mac"/> writes it.</summary>
    public static bool TryMac(ReadOnlySpan<char> text, out ulong address)
    {
        address = 0;
        if (text.Length != MacLength)
        {
            return false;
        }

        for (var i = 0; i < 6; i++)
        {
            if (!byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || (i < 5 && text[(3 * i) + 2] != ':'))
            {
                return false;
            }

            address = (address << 8) | value;
        }

        return true;
    }

    /// <summary>An IP address as RFC 5952 writes it; IPv4's is in the lower half.</summary>
    public static string Address(bool isIPv6, ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new IPAddress(isIPv6 ? bytes : bytes[12..]).ToString();
    }

    /// <summary>Reads an IP address.</summary>
    public static bool TryAddress(ReadOnlySpan<char> text, out bool isIPv6, out ulong high, out ulong low)
    {
        (isIPv6, high, low) = (false, 0, 0);
        if (!IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        _ = address.TryWriteBytes(isIPv6 ? bytes : bytes[12..], out _);
        high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return true;
    }
}
