using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Shared.Messages.Serialization;

/// <summary>
/// Stands where Akka has its `json` serializer, which takes every type and believes the type names in what it reads: here
/// what has no binding of its own isn't sent, and isn't read from whoever sends it all the same.
/// </summary>
public sealed class RefusingSerializer : Serializer
{
    /// <summary>Made by Akka.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Akka's for its json serializer; nothing here reads them.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => ArgumentNullException.ThrowIfNull(settings);

    /// <inheritdoc/>
    public override int Identifier => 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj?.GetType().FullName ?? "null"} has no serializer of its own: it isn't sent");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException($"{bytes.Length} bytes of Akka's json serializer, which isn't read: {type?.FullName ?? "no type named"}");
}
