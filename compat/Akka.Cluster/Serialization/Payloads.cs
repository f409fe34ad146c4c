using Akka.Actor;
using Akka.Cluster.Serialization.Wire;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Cluster.Serialization;

/// <summary>Application messages inside ours, by their own serializers; actor references as paths with this system's address.</summary>
internal static class Payloads
{
    public static Payload Wrap(ExtendedActorSystem system, object message)
    {
        var serializer = system.Serialization.FindSerializerFor(message);
        return new Payload
        {
            Message = UnsafeByteOperations.UnsafeWrap(serializer.ToBinary(message)),
            SerializerId = serializer.Identifier,
            Manifest = Akka.Serialization.Serialization.ManifestFor(serializer, message),
        };
    }

    public static object Unwrap(ExtendedActorSystem system, Payload payload) =>
        system.Serialization.Deserialize(payload.Message.ToByteArray(), payload.SerializerId, payload.Manifest);

    public static string Path(IActorRef actor) => Akka.Serialization.Serialization.SerializedActorPath(actor);

    public static IActorRef Ref(ExtendedActorSystem system, string path) => system.Provider.ResolveActorRef(path);
}
