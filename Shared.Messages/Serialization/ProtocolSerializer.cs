using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace Shared.Messages.Serialization;

/// <summary>
/// Base of the serializers: one per protocol, protobuf on the wire and in the journal, a short manifest per message type.
/// </summary>
public abstract class ProtocolSerializer : SerializerWithStringManifest
{
    private readonly Protocol _protocol;

    private protected ProtocolSerializer(ExtendedActorSystem system, Protocol protocol)
        : base(system) => _protocol = protocol;

    /// <summary>The HOCON that binds every message to its serializer.</summary>
    public static Config Bindings { get; } =
        ConfigurationFactory.FromResource("Shared.Messages.Serialization.serialization.conf", typeof(ProtocolSerializer).Assembly);

    /// <inheritdoc/>
    public override int Identifier => _protocol.Identifier;

    /// <inheritdoc/>
    public override string Manifest(object o) =>
        o is IMessage message && _protocol.ManifestOf(message) is { } manifest
            ? manifest
            : throw new SerializationException($"{o?.GetType().FullName ?? "null"} isn't a message of the protocol '{_protocol.Name}'");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) =>
        obj is IMessage message && _protocol.ManifestOf(message) is not null
            ? message.ToByteArray()
            : throw new SerializationException($"{obj?.GetType().FullName ?? "null"} isn't a message of the protocol '{_protocol.Name}'");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var parser = _protocol.ParserOf(manifest)
            ?? throw new SerializationException($"unknown manifest '{manifest}' in the protocol '{_protocol.Name}' (serializer {Identifier})");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length} bytes don't hold a message '{manifest}' of the protocol '{_protocol.Name}': {e.Message}", e);
        }
    }
}
