using Akka.Actor;

namespace Akka.Serialization;

/// <summary>A serializer that names what it wrote by a short text of its own instead of a type.</summary>
public abstract class SerializerWithStringManifest : Serializer
{
    protected SerializerWithStringManifest(ExtendedActorSystem system) : base(system)
    {
    }

    public sealed override bool IncludeManifest => true;

    /// <summary>The name of what <paramref name="o"/> is, written next to its bytes.</summary>
    public abstract string Manifest(object o);

    public abstract object FromBinary(byte[] bytes, string manifest);

    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, TypeNames.Of(type));
}
