using Akka.Actor;
using Akka.Serialization;

namespace Compat.Remote.Tests;

public sealed record Unreadable;

/// <summary>A serializer that only the writing side knows.</summary>
public sealed class OneWaySerializer : SerializerWithStringManifest
{
    public OneWaySerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override int Identifier => 4711;

    public override string Manifest(object o) => "U";

    public override byte[] ToBinary(object obj) => [1];

    public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException();
}
