using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>GTP-U version 1 (3GPP TS 29.281, 5.1): the tunnel endpoint and whether a user packet follows.</summary>
internal readonly ref struct GtpHeader
{
    private const int MinimumLength = 8;
    private const int OptionalLength = 4;
    private const byte UserPacket = 255;
    private const int MaximumExtensions = 8;

    private GtpHeader(uint tunnel, int length, bool carriesPacket)
    {
        Tunnel = tunnel;
        Length = length;
        CarriesPacket = carriesPacket;
    }

    /// <summary>The TEID.</summary>
    internal uint Tunnel { get; }

    internal int Length { get; }

    internal bool CarriesPacket { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out GtpHeader header)
    {
        header = default;
        if (data.Length < MinimumLength || data[0] >> 5 != 1 || (data[0] & 0x10) == 0)
        {
            return false;
        }

        var tunnel = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        var length = MinimumLength;
        if ((data[0] & 0x07) != 0)
        {
            length += OptionalLength;
            if (data.Length < length)
            {
                return false;
            }

            var hasExtension = (data[0] & 0x04) != 0;
            var next = hasExtension ? data[length - 1] : (byte)0;
            for (var extensions = 0; next != 0; extensions++)
            {
                if (extensions == MaximumExtensions || data.Length <= length || data[length] == 0)
                {
                    return false;
                }

                length += data[length] * 4;
                if (data.Length < length)
                {
                    return false;
                }

                next = data[length - 1];
            }
        }
        header = new GtpHeader(tunnel, length, data[1] == UserPacket);
        return true;
    }
}
