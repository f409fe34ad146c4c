using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Serialization;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>A message inside another: serializer, manifest, bytes. Null is the null serializer's.</summary>
internal static class WrappedPayload
{
    public static void Write(FrameWriter to, object? message, AkkaSerialization serialization)
    {
        var serializer = serialization.FindSerializerFor(message);
        var bytes = message is null ? [] : serializer.ToBinary(message);
        to.WriteZigZag(serializer.Identifier);
        to.WriteText(message is null ? "" : AkkaSerialization.ManifestFor(serializer, message));
        to.WriteVarint((ulong)bytes.Length);
        to.WriteBytes(bytes);
    }

    public static object? Read(ref FrameReader from, AkkaSerialization serialization)
    {
        var serializer = serialization.GetSerializerById(from.ReadZigZag());
        var manifest = from.ReadText();
        var bytes = from.ReadBytes().ToArray();
        return serializer is NullSerializer ? null : AkkaSerialization.FromBinary(serializer, bytes, manifest);
    }

    public static void WriteRef(FrameWriter to, IActorRef? actor) => to.WriteText(AkkaSerialization.SerializedActorPath(actor));

    /// <summary>Null where no ref was written.</summary>
    public static IActorRef? ReadRef(ref FrameReader from, ExtendedActorSystem system)
    {
        var path = from.ReadText();
        return path.Length == 0 ? null : system.Provider.ResolveActorRef(path);
    }
}
