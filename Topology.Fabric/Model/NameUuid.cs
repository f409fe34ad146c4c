using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Topology.Fabric.Model;

/// <summary>UUIDs made from names (RFC 9562, version 5, in the OID name space): the same names give the same UUID on every host.</summary>
public static class NameUuid
{
    // RFC 9562, section 6.6: 6ba7b812-9dad-11d1-80b4-00c04fd430c8
    private static ReadOnlySpan<byte> OidNamespace => [0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

    /// <summary>The UUID of these names, one after the other.</summary>
    public static string Of(params ReadOnlySpan<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(OidNamespace);
        foreach (var name in names)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
        }

        Span<byte> digest = stackalloc byte[20];
        hash.GetHashAndReset(digest);
        BinaryPrimitives.WriteUInt16BigEndian(digest[6..], (ushort)((BinaryPrimitives.ReadUInt16BigEndian(digest[6..]) & 0x0fff) | 0x5000));
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return new Guid(digest[..16], bigEndian: true).ToString();
    }
}
