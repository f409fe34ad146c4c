using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>Protobuf messages, named by their type.</summary>
internal sealed class ProtobufSerializer(ExtendedActorSystem system) : Serializer(system)
{
    private static readonly ConcurrentDictionary<Type, MessageParser> s_parsers = new();

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) => obj is IMessage message
        ? message.ToByteArray()
        : throw new NotSupportedException($"ProtobufSerializer writes protobuf messages, not {obj.GetType().FullName}.");

    public override object FromBinary(byte[] bytes, Type type) => s_parsers.GetOrAdd(type, static t => FindParser(t)).ParseFrom(bytes);

    private static MessageParser FindParser(Type type) =>
        type.GetProperty("Parser", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as MessageParser
        ?? throw new SerializationException($"{type?.FullName ?? "(no type)"} is no protobuf message.");
}
