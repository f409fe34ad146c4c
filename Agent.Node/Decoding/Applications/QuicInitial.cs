using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Agent.Node.Decoding.Applications;

/// <summary>
/// A client's QUIC Initial packet (RFC 9000, 17.2.2), whose keys follow from what is in the open (RFC 9001, 5.2; version 2: RFC 9369, 3.3).
/// It's decrypted as far as it was captured, so without its authentication tag: what comes out must read as the frames a
/// client begins with, or it wasn't one.
/// </summary>
internal static class QuicInitial
{
    /// <summary>Room that decrypted frames need at most: an Initial packet fits a datagram, and there are no longer ones on the Internet.</summary>
    internal const int LongestPayload = 1500;

    private const byte LongFormAndFixedBit = 0xc0;
    private const int VersionOffset = 1;
    private const int ConnectionIdOffset = 5;
    private const int LongestConnectionId = 20;
    private const int BlockLength = 16;
    private const int NonceLength = 12;
    private const int SampleBehindNumber = 4;
    private const uint Version1 = 1;
    private const uint Version2 = 0x6b3343cf;
    private const uint FirstDraft = 0xff00001d;
    private const uint LastDraft = 0xff000020;

    private static readonly byte[] Salt1 = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
    private static readonly byte[] Salt2 = Convert.FromHexString("0dede3def700a6db819381be6e269dcbf9bd2ed9");
    private static readonly byte[] SaltOfDrafts = Convert.FromHexString("afbfec289993d24c9e9786f19c6111e04390a899");

    /// <summary>Whether a datagram begins like an Initial packet of a known version: reason enough to decrypt it.</summary>
    internal static bool IsLikely(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < ConnectionIdOffset + 1 || (datagram[0] & LongFormAndFixedBit) != LongFormAndFixedBit)
        {
            return false;
        }

        // RFC 9369, 3.2: version 2 numbers packet types otherwise.
        var type = (datagram[0] >> 4) & 3;
        return BinaryPrimitives.ReadUInt32BigEndian(datagram[VersionOffset..]) switch
        {
            Version1 or (>= FirstDraft and <= LastDraft) => type == 0,
            Version2 => type == 1,
            _ => false,
        };
    }

    /// <summary>Decrypts its frames.</summary>
    /// <param name="datagram">As far as it was captured.</param>
    /// <param name="frames">Takes them; <see cref="LongestPayload"/> bytes.</param>
    /// <param name="length">How many bytes they are.</param>
    /// <returns>False when it isn't one, or not of a client's.</returns>
    internal static bool TryDecrypt(ReadOnlySpan<byte> datagram, Span<byte> frames, out int length)
    {
        length = 0;
        if (!IsLikely(datagram) || !TryReadHeader(datagram, out var connectionId, out var numberOffset, out var protectedLength)
            || datagram.Length < numberOffset + SampleBehindNumber + BlockLength)
        {
            return false;
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(datagram[VersionOffset..]);
        Span<byte> key = stackalloc byte[BlockLength];
        Span<byte> nonce = stackalloc byte[NonceLength];
        Span<byte> headerKey = stackalloc byte[BlockLength];
        DeriveClientKeys(version, connectionId, key, nonce, headerKey);

        // RFC 9001, 5.4.
        Span<byte> mask = stackalloc byte[BlockLength];
        Encrypt(headerKey, datagram.Slice(numberOffset + SampleBehindNumber, BlockLength), mask);
        var numberLength = ((datagram[0] ^ mask[0]) & 3) + 1;
        for (var i = 0; i < numberLength; i++)
        {
            nonce[NonceLength - numberLength + i] ^= (byte)(datagram[numberOffset + i] ^ mask[1 + i]);
        }

        var payload = datagram[(numberOffset + numberLength)..];
        // Its last block is the authentication tag.
        length = Math.Min(Math.Min(payload.Length, protectedLength - numberLength - BlockLength), frames.Length);
        if (length <= 0)
        {
            return false;
        }

        Decrypt(key, nonce, payload[..length], frames);
        return QuicFrames.AreAClients(frames[..length]);
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> connectionId, out int numberOffset, out int protectedLength)
    {
        connectionId = default;
        numberOffset = protectedLength = 0;
        var rest = datagram[ConnectionIdOffset..];
        if (rest[0] > LongestConnectionId || rest.Length < 1 + rest[0] + 1)
        {
            return false;
        }

        connectionId = rest.Slice(1, rest[0]);
        rest = rest[(1 + rest[0])..];
        if (rest[0] > LongestConnectionId || rest.Length < 1 + rest[0])
        {
            return false;
        }

        rest = rest[(1 + rest[0])..];
        if (!QuicFrames.TryReadNumber(ref rest, out var tokenLength) || tokenLength > (ulong)rest.Length)
        {
            return false;
        }

        rest = rest[(int)tokenLength..];
        if (!QuicFrames.TryReadNumber(ref rest, out var packetLength) || packetLength is < SampleBehindNumber + BlockLength or > ushort.MaxValue)
        {
            return false;
        }

        numberOffset = datagram.Length - rest.Length;
        protectedLength = (int)packetLength;
        return true;
    }

    private static void DeriveClientKeys(uint version, ReadOnlySpan<byte> connectionId, Span<byte> key, Span<byte> nonce, Span<byte> headerKey)
    {
        var salt = version switch { Version1 => Salt1, Version2 => Salt2, _ => SaltOfDrafts };
        Span<byte> initial = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> client = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, connectionId, salt, initial);
        Expand(initial, "client in"u8, client);
        var isVersion2 = version == Version2;
        Expand(client, isVersion2 ? "quicv2 key"u8 : "quic key"u8, key);
        Expand(client, isVersion2 ? "quicv2 iv"u8 : "quic iv"u8, nonce);
        Expand(client, isVersion2 ? "quicv2 hp"u8 : "quic hp"u8, headerKey);
    }

    /// <summary>HKDF-Expand-Label without a context (RFC 8446, 7.1).</summary>
    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> output)
    {
        var prefix = "tls13 "u8;
        Span<byte> info = stackalloc byte[32];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)output.Length);
        info[2] = (byte)(prefix.Length + label.Length);
        prefix.CopyTo(info[3..]);
        label.CopyTo(info[(3 + prefix.Length)..]);
        var length = 3 + prefix.Length + label.Length;
        info[length] = 0;
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, info[..(length + 1)]);
    }

    private static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> block, Span<byte> output)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        aes.EncryptEcb(block, output, PaddingMode.None);
    }

    /// <summary>AES-GCM's counter mode (NIST SP 800-38D, 7.1), whose first data block is number 2.</summary>
    private static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> data, Span<byte> output)
    {
        var blocks = (data.Length + BlockLength - 1) / BlockLength;
        Span<byte> counters = stackalloc byte[blocks * BlockLength];
        Span<byte> stream = stackalloc byte[blocks * BlockLength];
        for (var i = 0; i < blocks; i++)
        {
            nonce.CopyTo(counters[(i * BlockLength)..]);
            BinaryPrimitives.WriteUInt32BigEndian(counters[((i * BlockLength) + NonceLength)..], (uint)i + 2);
        }

        Encrypt(key, counters, stream);
        for (var i = 0; i < data.Length; i++)
        {
            output[i] = (byte)(data[i] ^ stream[i]);
        }
    }
}

/// <summary>The frames of Initial packets (RFC 9000, 12.4 and 19).</summary>
internal ref struct QuicFrames(ReadOnlySpan<byte> frames)
{
    private const byte Padding = 0;
    private const byte Ping = 1;
    private const byte Acknowledgement = 2;
    private const byte AcknowledgementWithCongestion = 3;
    private const byte Crypto = 6;
    private const ulong FurthestOffset = 1 << 17;

    private ReadOnlySpan<byte> _rest = frames;

    /// <summary>Of a CRYPTO frame: where its data lies in the handshake's stream.</summary>
    internal uint Offset { get; private set; }

    /// <summary>Its data, as far as it was captured.</summary>
    internal ReadOnlySpan<byte> Data { get; private set; }

    /// <summary>Whether all is frames an Initial packet may have, with a piece of a handshake among them.</summary>
    internal static bool AreAClients(ReadOnlySpan<byte> frames)
    {
        var reader = new QuicFrames(frames);
        return reader.MoveNext();
    }

    /// <summary>The next CRYPTO frame.</summary>
    internal bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var type = _rest[0];
            _rest = _rest[1..];
            switch (type)
            {
                case Padding or Ping:
                    continue;
                case Acknowledgement or AcknowledgementWithCongestion when TrySkipAcknowledgement(type):
                    continue;
                case Crypto when TryReadNumber(ref _rest, out var offset) && offset <= FurthestOffset && TryReadNumber(ref _rest, out var length) && length is > 0 and <= FurthestOffset:
                    Offset = (uint)offset;
                    Data = _rest[..(int)Math.Min(length, (ulong)_rest.Length)];
                    _rest = _rest[Data.Length..];
                    return !Data.IsEmpty;
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>A variable-length integer (RFC 9000, 16).</summary>
    internal static bool TryReadNumber(ref ReadOnlySpan<byte> data, out ulong number)
    {
        number = 0;
        if (data.IsEmpty || data.Length < 1 << (data[0] >> 6))
        {
            return false;
        }

        var length = 1 << (data[0] >> 6);
        number = (ulong)data[0] & 0x3f;
        for (var i = 1; i < length; i++)
        {
            number = (number << 8) | data[i];
        }

        data = data[length..];
        return true;
    }

    private bool TrySkipAcknowledgement(byte type)
    {
        const int mostRanges = 64;
        if (!TryReadNumber(ref _rest, out _) || !TryReadNumber(ref _rest, out _) || !TryReadNumber(ref _rest, out var ranges) || ranges > mostRanges || !TryReadNumber(ref _rest, out _))
        {
            return false;
        }

        for (var numbers = (ranges * 2) + (type == AcknowledgementWithCongestion ? 3u : 0u); numbers > 0; numbers--)
        {
            if (!TryReadNumber(ref _rest, out _))
            {
                return false;
            }
        }

        return true;
    }
}
