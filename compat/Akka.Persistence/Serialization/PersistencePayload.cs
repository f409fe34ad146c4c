using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Persistence.Serialization;

/// <summary>A user's object within one of persistence's own messages: serializer id 1, bytes 2, manifest 3.</summary>
internal static class PersistencePayload
{
    public static byte[] ToBinary(ExtendedActorSystem system, object payload)
    {
        var serializer = system.Serialization.FindSerializerFor(payload);
        var writer = new WireWriter().Number(1, serializer.Identifier).Bytes(2, serializer.ToBinary(payload));
        var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, payload);
        return (string.IsNullOrEmpty(manifest) ? writer : writer.Text(3, manifest)).ToArray();
    }

    public static object FromBinary(ExtendedActorSystem system, ReadOnlySpan<byte> binary)
    {
        var reader = new WireReader(binary);
        var (id, bytes, manifest) = (0, Array.Empty<byte>(), string.Empty);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    id = (int)reader.Number;
                    break;
                case 2:
                    bytes = reader.Bytes.ToArray();
                    break;
                case 3:
                    manifest = reader.Text;
                    break;
                default:
                    break;
            }
        }

        return system.Serialization.Deserialize(bytes, id, manifest);
    }
}
