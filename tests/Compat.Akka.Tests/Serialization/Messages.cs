using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Compat.Akka.Tests.Serialization;

public interface IMarked
{
    string Content { get; }
}

public sealed record Marked(string Content) : IMarked;

public class BaseMessage;

public sealed class DerivedMessage : BaseMessage;

public sealed record Numbered;

/// <summary>Names what it writes itself.</summary>
public sealed class MarkerSerializer : SerializerWithStringManifest
{
    public MarkerSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override int Identifier => 7001;

    public override string Manifest(object o) => "M";

    public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((IMarked)obj).Content);

    public override object FromBinary(byte[] bytes, string manifest) => new Marked(Encoding.UTF8.GetString(bytes));
}

/// <summary>Needs the type to read.</summary>
public sealed class BaseSerializer : Serializer
{
    public BaseSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override int Identifier => 7002;

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, Type type) => Activator.CreateInstance(type)!;
}

/// <summary>Its identifier is in the configuration.</summary>
public sealed class NumberedSerializer : Serializer
{
    public NumberedSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, Type type) => new Numbered();
}
