namespace Agent.Node.Decoding.Applications;

/// <summary>Domain names in DNS messages: labels, and pointers to earlier ones (RFC 1035, 3.1 and 4.1.4).</summary>
internal static class DnsName
{
    /// <summary>Room for the text of any name: 255 octets, of which each can take four characters.</summary>
    internal const int MaximumText = 1024;

    private const int MaximumLength = 255;
    private const int PointerLength = 2;
    private const byte KindMask = 0xc0;
    private const byte Pointer = 0xc0;

    /// <summary>Moves behind a name; false when it isn't whole or can't be.</summary>
    internal static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        var start = offset;
        while ((uint)offset < (uint)message.Length)
        {
            var length = message[offset];
            if (length == 0)
            {
                offset++;
                return true;
            }
            if ((length & KindMask) == Pointer)
            {
                offset += PointerLength;
                return offset <= message.Length;
            }
            if ((length & KindMask) != 0)
            {
                return false;
            }

            offset += 1 + length;
            if (offset - start >= MaximumLength)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>
    /// The name at an offset in presentation format (RFC 1035, 5.1): lower case, for case says nothing (RFC 4343); "." for the
    /// root. -1 when it isn't whole or can't be: a pointer must point before the labels it ends, so that there is no loop.
    /// </summary>
    internal static int Write(ReadOnlySpan<byte> message, int offset, Span<char> text)
    {
        var written = 0;
        var octets = 0;
        var limit = offset;
        while ((uint)offset < (uint)message.Length)
        {
            var length = message[offset];
            if (length == 0)
            {
                if (written == 0)
                {
                    text[written++] = '.';
                }

                return written;
            }
            if ((length & KindMask) == Pointer)
            {
                if (offset + 1 >= message.Length)
                {
                    return -1;
                }

                var target = ((length & ~KindMask) << 8) | message[offset + 1];
                if (target >= limit)
                {
                    return -1;
                }

                offset = limit = target;
                continue;
            }
            octets += 1 + length;
            if ((length & KindMask) != 0 || offset + 1 + length > message.Length || octets >= MaximumLength)
            {
                return -1;
            }

            if (written > 0)
            {
                text[written++] = '.';
            }

            foreach (var octet in message.Slice(offset + 1, length))
            {
                WriteOctet(octet, text, ref written);
            }

            offset += 1 + length;
        }
        return -1;
    }

    /// <summary>Whether all of a name's characters are those of host names and service labels: a sign that it is one.</summary>
    internal static bool IsPlain(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }
        return true;
    }

    private static void WriteOctet(byte octet, Span<char> text, ref int written)
    {
        switch (octet)
        {
            case (byte)'.' or (byte)'\\' or (byte)'"':
                text[written++] = '\\';
                text[written++] = (char)octet;
                break;
            case >= (byte)'A' and <= (byte)'Z':
                text[written++] = (char)(octet | 0x20);
                break;
            case > (byte)' ' and < 0x7f:
                text[written++] = (char)octet;
                break;
            default:
                text[written++] = '\\';
                text[written++] = (char)('0' + (octet / 100));
                text[written++] = (char)('0' + (octet / 10 % 10));
                text[written++] = (char)('0' + (octet % 10));
                break;
        }
    }
}
