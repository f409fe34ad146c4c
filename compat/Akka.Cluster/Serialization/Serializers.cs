using Akka.Actor;
using Akka.Serialization;

namespace Akka.Cluster.Serialization;

/// <summary>Serializers that come with an extension, which may be loaded after the system has set up its own.</summary>
internal static class Serializers
{
    public static void Add(ExtendedActorSystem system, Type marker, string name, Serializer serializer)
    {
        system.Serialization.AddSerializer(name, serializer);
        system.Serialization.AddSerializationMap(marker, serializer);
    }
}
