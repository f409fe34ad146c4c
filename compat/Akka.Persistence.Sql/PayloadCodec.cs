using Akka.Actor;
using Akka.Serialization;

namespace Akka.Persistence.Sql;

/// <summary>An object as the tables hold it: the id of its serializer, a manifest, bytes.</summary>
internal readonly record struct Encoded(int? SerializerId, string Manifest, byte[] Bytes);

/// <summary>Turns events and snapshots into columns and back, by Akka's serializers.</summary>
internal sealed class PayloadCodec(ExtendedActorSystem system)
{
    public Encoded Encode(object payload) => Akka.Serialization.Serialization.WithTransport(system, () =>
    {
        var serializer = system.Serialization.FindSerializerFor(payload);
        return new Encoded(serializer.Identifier, Akka.Serialization.Serialization.ManifestFor(serializer, payload), serializer.ToBinary(payload));
    });

    public object Decode(Encoded encoded)
    {
        if (encoded.SerializerId is { } id)
            return system.Serialization.Deserialize(encoded.Bytes, id, encoded.Manifest);

        // Rows older than the serializer id column name the type alone.
        var type = Type.GetType(encoded.Manifest, throwOnError: true)!;
        return system.Serialization.FindSerializerForType(type).FromBinary(encoded.Bytes, type);
    }
}
