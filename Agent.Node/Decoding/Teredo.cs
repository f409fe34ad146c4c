using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>Teredo (RFC 4380, 5.1.1): IPv6 in UDP, with indications of authentication and of the sender's address before it, or without.</summary>
internal readonly ref struct TeredoHeader
{
    private const ushort Authentication = 0x0001;
    private const ushort Origin = 0x0000;
    private const int OriginLength = 8;
    private const int AuthenticationStart = 4;

    /// <summary>A nonce and a confirmation.</summary>
    private const int AuthenticationEnd = 9;

    private TeredoHeader(int length) => Length = length;

    /// <summary>Of the indications; 0: there are none.</summary>
    internal int Length { get; }

    /// <summary>False when no IPv6 header follows.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out TeredoHeader header)
    {
        var length = 0;
        if (data.Length >= AuthenticationStart && BinaryPrimitives.ReadUInt16BigEndian(data) == Authentication)
        {
            length = AuthenticationStart + data[2] + data[3] + AuthenticationEnd;
        }

        if (data.Length >= length + OriginLength && BinaryPrimitives.ReadUInt16BigEndian(data[length..]) == Origin)
        {
            length += OriginLength;
        }

        header = new TeredoHeader(length);
        return data.Length >= length && Ipv6Header.TryRead(data[length..], out _);
    }
}
