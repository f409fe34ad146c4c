using System.Buffers.Binary;

namespace Agent.Node.Decoding.Applications;

/// <summary>
/// A DHCP message for IPv4 (RFC 2131, 2; options: RFC 2132): BOOTP's fixed fields, and of the options those that were
/// captured. The options start 236 bytes into the message, at byte 282 of an Ethernet frame.
/// </summary>
internal ref struct Dhcpv4Message
{
    private const int AddressesEnd = 44;
    private const int Cookie = 236;
    private const int Options = Cookie + 4;
    private const uint MagicCookie = 0x63825363;
    private const byte Ethernet = 1;
    private const byte EthernetAddressLength = 6;
    private const byte MostHops = 16;

    /// <summary>BOOTREQUEST or BOOTREPLY.</summary>
    internal bool IsReply { get; private set; }

    internal uint TransactionId { get; private set; }

    internal ushort Seconds { get; private set; }

    internal ushort Flags { get; private set; }

    /// <summary>The address the client has.</summary>
    internal uint ClientAddress { get; private set; }

    /// <summary>The address it is offered or given.</summary>
    internal uint YourAddress { get; private set; }

    /// <summary>The client's MAC address.</summary>
    internal ulong HardwareAddress { get; private set; }

    /// <summary>Option 53; 0 when not seen.</summary>
    internal byte Type { get; private set; }

    /// <summary>Option 50; 0 when not seen.</summary>
    internal uint RequestedAddress { get; private set; }

    /// <summary>Option 54; 0 when not seen.</summary>
    internal uint Server { get; private set; }

    /// <summary>Option 51, in seconds; 0 when not seen.</summary>
    internal uint LeaseTime { get; private set; }

    /// <summary>Option 12; empty when not seen.</summary>
    internal ReadOnlySpan<byte> HostName { get; private set; }

    /// <summary>The magic cookie was captured, and is right.</summary>
    internal bool HasCookie { get; private set; }

    /// <summary>False when the fixed fields up to the MAC address aren't whole, or this is no DHCP message.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out Dhcpv4Message message)
    {
        message = default;
        if (data.Length < AddressesEnd || data[0] is not (1 or 2) || data[1] != Ethernet || data[2] != EthernetAddressLength || data[3] > MostHops)
        {
            return false;
        }

        if (data.Length >= Options)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(data[Cookie..]) != MagicCookie)
            {
                return false;
            }

            message.HasCookie = true;
        }
        message.IsReply = data[0] == 2;
        message.TransactionId = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        message.Seconds = BinaryPrimitives.ReadUInt16BigEndian(data[8..]);
        message.Flags = BinaryPrimitives.ReadUInt16BigEndian(data[10..]);
        message.ClientAddress = BinaryPrimitives.ReadUInt32BigEndian(data[12..]);
        message.YourAddress = BinaryPrimitives.ReadUInt32BigEndian(data[16..]);
        message.HardwareAddress = BinaryPrimitives.ReadUInt64BigEndian(data[28..]) >> 16;
        if (message.HasCookie)
        {
            message.ReadOptions(data[Options..]);
        }

        return true;
    }

    /// <summary>As RFC 2132, 9.6 names them; null for 0 and for others.</summary>
    internal static string? TypeName(byte type) => type switch
    {
        1 => "DISCOVER",
        2 => "OFFER",
        3 => "REQUEST",
        4 => "DECLINE",
        5 => "ACK",
        6 => "NAK",
        7 => "RELEASE",
        8 => "INFORM",
        _ => null,
    };

    private void ReadOptions(ReadOnlySpan<byte> options)
    {
        const byte pad = 0;
        const byte end = 255;
        while (options.Length > 0 && options[0] != end)
        {
            if (options[0] == pad)
            {
                options = options[1..];
                continue;
            }
            if (options.Length < 2 || options.Length < 2 + options[1])
            {
                return;
            }

            ReadOption(options[0], options.Slice(2, options[1]));
            options = options[(2 + options[1])..];
        }
    }

    private void ReadOption(byte code, ReadOnlySpan<byte> value)
    {
        switch (code)
        {
            case 12:
                HostName = value;
                break;
            case 50 when value.Length == 4:
                RequestedAddress = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
            case 51 when value.Length == 4:
                LeaseTime = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
            case 53 when value.Length == 1:
                Type = value[0];
                break;
            case 54 when value.Length == 4:
                Server = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
        }
    }
}
