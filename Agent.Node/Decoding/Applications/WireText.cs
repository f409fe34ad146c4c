using System.Globalization;
using System.Text;

namespace Agent.Node.Decoding.Applications;

/// <summary>Text that others wrote into packets, made safe to store and print. Only called for what is kept.</summary>
internal static class WireText
{
    private const char Ellipsis = '…';

    /// <summary>The visible ASCII characters as they are, other bytes as %XX; cut after so many bytes, or where the capture ended, which "…" tells.</summary>
    internal static string Of(ReadOnlySpan<byte> text, int maximum, bool isWhole = true, bool keepSpaces = false)
    {
        var builder = new StringBuilder(Math.Min(text.Length, maximum) + 1);
        foreach (var octet in text[..Math.Min(text.Length, maximum)])
        {
            if (octet is > (byte)' ' and < 0x7f || (keepSpaces && octet == ' '))
            {
                builder.Append((char)octet);
            }
            else
            {
                builder.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }
        if (!isWhole || text.Length > maximum)
        {
            builder.Append(Ellipsis);
        }

        return builder.ToString();
    }
}
