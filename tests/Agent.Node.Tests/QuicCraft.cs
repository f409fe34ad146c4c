using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests;

/// <summary>QUIC Initial packets, encrypted by .NET's AES-GCM as RFC 9001, 5 has it.</summary>
internal static class QuicCraft
{
    internal const uint Version1 = 1;
    internal const uint Version2 = 0x6b3343cf;

    /// <summary>A datagram with one Initial packet of a client's.</summary>
    internal static byte[] Initial(byte[] connectionId, uint number, byte[] frames, uint version = Version1, int length = 1200, byte[]? token = null)
    {
        const int numberLength = 4, tagLength = 16;
        token ??= [];
        var second = version == Version2;
        byte first = (byte)(0xc0 | (second ? 0x10 : 0) | (numberLength - 1));
        byte[] start = [first, .. U32(version), (byte)connectionId.Length, .. connectionId, 0, .. U16(0x4000 | token.Length), .. token];
        var payload = new byte[Math.Max(length - start.Length - sizeof(ushort) - numberLength - tagLength, frames.Length)];
        frames.CopyTo(payload, 0);
        byte[] header = [.. start, .. U16(0x4000 | (numberLength + payload.Length + tagLength)), .. U32(number)];

        var salt = Convert.FromHexString(second ? "0dede3def700a6db819381be6e269dcbf9bd2ed9" : "38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
        var client = Expand(HKDF.Extract(HashAlgorithmName.SHA256, connectionId, salt), "client in", 32);
        var prefix = second ? "quicv2 " : "quic ";
        var nonce = Expand(client, prefix + "iv", 12);
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(8), BinaryPrimitives.ReadUInt32BigEndian(nonce.AsSpan(8)) ^ number);
        var sealedPayload = new byte[payload.Length];
        var tag = new byte[tagLength];
        using (var gcm = new AesGcm(Expand(client, prefix + "key", 16), tagLength))
        {
            gcm.Encrypt(nonce, payload, sealedPayload, tag, header);
        }

        byte[] datagram = [.. header, .. sealedPayload, .. tag];
        using var aes = Aes.Create();
        aes.Key = Expand(client, prefix + "hp", 16);
        var mask = aes.EncryptEcb(datagram.AsSpan(header.Length, 16), PaddingMode.None);
        datagram[0] ^= (byte)(mask[0] & 0x0f);
        for (var i = 0; i < numberLength; i++)
        {
            datagram[header.Length - numberLength + i] ^= mask[1 + i];
        }

        return datagram;
    }

    internal static byte[] Crypto(int offset, byte[] data) => [6, .. U32(0x80000000 | (uint)offset), .. U16(0x4000 | data.Length), .. data];

    private static byte[] Expand(byte[] secret, string label, int length)
    {
        var name = Encoding.ASCII.GetBytes("tls13 " + label);
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [.. U16(length), (byte)name.Length, .. name, 0]);
    }
}
