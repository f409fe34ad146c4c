using System.Buffers.Binary;

namespace Agent.Node.Decoding.Applications;

/// <summary>
/// A TLS ClientHello or ServerHello at the start of a segment (RFC 8446, 4.1 and 5.1; RFC 5246, 7.4.1): the server's name
/// (RFC 6066, 3), the version (RFC 8446, 4.2.1) and the application protocols (RFC 7301). A hello can be longer than what
/// was captured, or than a segment: what comes before the end is read.
/// </summary>
internal ref struct TlsHello
{
    private const byte HandshakeRecord = 22;
    private const byte ClientHello = 1;
    private const byte ServerHello = 2;
    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const int RandomLength = 32;
    private const ushort Tls12 = 0x0303;
    private const ushort ServerNameExtension = 0;
    private const ushort ApplicationProtocolsExtension = 16;
    private const ushort SupportedVersionsExtension = 43;

    private bool _hasVersions;

    /// <summary>Its last byte was there.</summary>
    internal bool IsWhole { get; private set; }

    internal bool IsClient { get; private set; }

    /// <summary>The highest version offered, or the one chosen; 0 when the capture ends before it's known.</summary>
    internal ushort Version { get; private set; }

    /// <summary>The name the client asks for; empty when not seen.</summary>
    internal ReadOnlySpan<byte> ServerName { get; private set; }

    /// <summary>The protocol name list of RFC 7301, 3.1: each name behind its length; empty when not seen whole.</summary>
    internal ReadOnlySpan<byte> ApplicationProtocols { get; private set; }

    /// <summary>Whether what is there so far may become a hello.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> data) =>
        data.Length is > 0 and < RecordHeader + HandshakeHeader + sizeof(ushort) && data[0] == HandshakeRecord && (data.Length < 2 || data[1] == 3)
        && (data.Length <= RecordHeader || data[RecordHeader] is ClientHello or ServerHello);

    /// <summary>False when it isn't a hello.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out TlsHello hello)
    {
        hello = default;
        if (data.Length < RecordHeader + HandshakeHeader + sizeof(ushort) || data[0] != HandshakeRecord || data[1] != 3 || data[2] > 4)
        {
            return false;
        }

        var type = data[RecordHeader];
        var recordLength = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
        var length = (data[RecordHeader + 1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(data[(RecordHeader + 2)..]);
        // RFC 8446, 5.1: at most 2^14 bytes in a record; a hello may go on in the next, but not for long.
        const int longestRecord = 1 << 14;
        const int longestHello = 1 << 17;
        if (type is not (ClientHello or ServerHello) || recordLength is < HandshakeHeader or > longestRecord || length is < RandomLength or > longestHello || data[RecordHeader + HandshakeHeader] != 3)
        {
            return false;
        }

        hello.IsClient = type == ClientHello;
        var body = data[(RecordHeader + HandshakeHeader)..];
        // Records that are one message are the rule; what comes behind the first record's end isn't this record's.
        var inRecord = Math.Min(length, recordLength - HandshakeHeader);
        hello.IsWhole = body.Length >= inRecord;
        hello.ReadBody(body[..Math.Min(body.Length, inRecord)], length);
        return true;
    }

    /// <summary>A ClientHello without a record around it, as QUIC carries it (RFC 9001, 4.1.3).</summary>
    internal static bool TryReadClient(ReadOnlySpan<byte> handshake, out TlsHello hello)
    {
        hello = default;
        if (handshake.Length < HandshakeHeader + sizeof(ushort) || handshake[0] != ClientHello || handshake[HandshakeHeader] != 3)
        {
            return false;
        }

        var length = (handshake[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(handshake[2..]);
        var body = handshake[HandshakeHeader..];
        hello.IsClient = true;
        hello.IsWhole = body.Length >= length;
        hello.ReadBody(body[..Math.Min(body.Length, length)], length);
        return true;
    }

    /// <summary>"TLS 1.3"; empty when unknown.</summary>
    internal static string VersionName(ushort version) => version switch
    {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        _ => "",
    };

    private void ReadBody(ReadOnlySpan<byte> body, int length)
    {
        if (body.Length < sizeof(ushort))
        {
            return;
        }

        var legacyVersion = BinaryPrimitives.ReadUInt16BigEndian(body);
        // Before TLS 1.2 there's nothing that could say another version.
        if (legacyVersion < Tls12)
        {
            Version = legacyVersion;
        }

        var isWhole = body.Length == length;
        var rest = body[sizeof(ushort)..];
        if (!TrySkip(ref rest, RandomLength) || !TrySkipVector8(ref rest))
        {
            return;
        }

        if (IsClient ? !TrySkipVector16(ref rest) || !TrySkipVector8(ref rest) : !TrySkip(ref rest, sizeof(ushort) + 1))
        {
            return;
        }

        if (rest.Length >= sizeof(ushort))
        {
            var extensionsLength = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[sizeof(ushort)..];
            ReadExtensions(rest[..Math.Min(rest.Length, extensionsLength)]);
        }
        if (isWhole && !_hasVersions)
        {
            Version = legacyVersion;
        }
    }

    private void ReadExtensions(ReadOnlySpan<byte> extensions)
    {
        const int header = 4;
        while (extensions.Length >= header)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            var length = BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]);
            if (extensions.Length < header + length)
            {
                return;
            }

            ReadExtension(type, extensions.Slice(header, length));
            extensions = extensions[(header + length)..];
        }
    }

    private void ReadExtension(ushort type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case ServerNameExtension when IsClient:
                ReadServerName(data);
                break;
            case ApplicationProtocolsExtension when data.Length > sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(data) == data.Length - sizeof(ushort):
                ApplicationProtocols = data[sizeof(ushort)..];
                break;
            case SupportedVersionsExtension when !IsClient && data.Length == sizeof(ushort):
                _hasVersions = true;
                Version = BinaryPrimitives.ReadUInt16BigEndian(data);
                break;
            case SupportedVersionsExtension when IsClient && data.Length > 1 && data[0] == data.Length - 1:
                _hasVersions = true;
                ReadOffered(data[1..]);
                break;
        }
    }

    private void ReadServerName(ReadOnlySpan<byte> data)
    {
        const byte hostName = 0;
        const int header = 5;
        if (data.Length < header || data[2] != hostName)
        {
            return;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
        if (data.Length >= header + length)
        {
            ServerName = data.Slice(header, length);
        }
    }

    private void ReadOffered(ReadOnlySpan<byte> versions)
    {
        for (; versions.Length >= sizeof(ushort); versions = versions[sizeof(ushort)..])
        {
            var version = BinaryPrimitives.ReadUInt16BigEndian(versions);
            // Others are drafts, or reserved to keep servers tolerant (RFC 8701).
            if (VersionName(version).Length > 0 && version > Version)
            {
                Version = version;
            }
        }
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> data, int length)
    {
        if (data.Length < length)
        {
            return false;
        }

        data = data[length..];
        return true;
    }

    private static bool TrySkipVector8(ref ReadOnlySpan<byte> data) => data.Length >= 1 && TrySkip(ref data, 1 + data[0]);

    private static bool TrySkipVector16(ref ReadOnlySpan<byte> data) =>
        data.Length >= sizeof(ushort) && TrySkip(ref data, sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(data));
}
