using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Shared.Messages.Flows;
using Shared.Messages.Serialization;
using Shared.Messages.Topology;

namespace Shared.Messages.Tests.Serialization;

public sealed class ProtocolSerializerTests : IClassFixture<ProtocolSerializerTests.Systems>
{
    private readonly ActorSystem _system;

    public ProtocolSerializerTests(Systems systems) => _system = systems.System;

    public static TheoryData<Type> AllMessages()
    {
        var data = new TheoryData<Type>();
        data.AddRange([.. typeof(GraphNode).Assembly.GetTypes().Where(t => typeof(IMessage).IsAssignableFrom(t) && t is { IsAbstract: false, IsNested: false })]);
        return data;
    }

    [Theory]
    [MemberData(nameof(AllMessages))]
    public void Every_message_comes_back_as_it_was(Type type)
    {
        var message = (IMessage)Activator.CreateInstance(type)!;
        Fill(message, depth: 0);

        var serializer = _system.Serialization.FindSerializerFor(message).ShouldBeAssignableTo<SerializerWithStringManifest>()!;
        var bytes = serializer.ToBinary(message);
        _system.Serialization.Deserialize(bytes, serializer.Identifier, serializer.Manifest(message)).ShouldBe(message);
    }

    [Theory]
    [InlineData(typeof(Flow), 1001)]
    [InlineData(typeof(GraphChanged), 1002)]
    [InlineData(typeof(Shared.Messages.Captures.Capture), 1003)]
    [InlineData(typeof(Shared.Messages.Injections.Injection), 1004)]
    public void Identifiers_are_part_of_the_journals_format(Type type, int identifier) =>
        _system.Serialization.FindSerializerForType(type).Identifier.ShouldBe(identifier);

    [Fact]
    public void Manifests_are_short_names_that_never_change()
    {
        Serializer<FlowSerializer>().Manifest(new FlowsUpdated()).ShouldBe("flows-updated");
        Serializer<TopologySerializer>().Manifest(new GraphChanged()).ShouldBe("graph-changed");
    }

    [Fact]
    public void An_unknown_manifest_is_named()
    {
        var error = Should.Throw<SerializationException>(() => Serializer<TopologySerializer>().FromBinary([], "graph-exploded"));
        error.Message.ShouldContain("graph-exploded");
        error.Message.ShouldContain("topology");
    }

    [Fact]
    public void A_message_of_another_protocol_is_refused()
    {
        var error = Should.Throw<SerializationException>(() => Serializer<TopologySerializer>().ToBinary(new Flow()));
        error.Message.ShouldContain(nameof(Flow));
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused_with_the_manifest() =>
        Should.Throw<SerializationException>(() => Serializer<FlowSerializer>().FromBinary([0xff, 0xff, 0xff], "flow")).Message.ShouldContain("'flow'");

    public sealed class Systems : IAsyncLifetime
    {
        public ActorSystem System { get; } = ActorSystem.Create("serialization", ProtocolSerializer.Bindings);

        public Task InitializeAsync() => Task.CompletedTask;

        public Task DisposeAsync() => System.Terminate();
    }

    private T Serializer<T>()
        where T : ProtocolSerializer =>
        (T)Activator.CreateInstance(typeof(T), (ExtendedActorSystem)_system)!;

    // Gives every field a value that isn't its default.
    private static void Fill(IMessage message, int depth)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsMap)
            {
                var map = (System.Collections.IDictionary)field.Accessor.GetValue(message);
                if (depth < 4)
                    map["key"] = Value(field.MessageType.FindFieldByName("value"), depth);
            }
            else if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                if (depth < 4)
                    list.Add(Value(field, depth));
            }
            else if (field.FieldType != FieldType.Message || depth < 4)
            {
                field.Accessor.SetValue(message, Value(field, depth));
            }
        }
    }

    private static object Value(FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var inner = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                Fill(inner, depth + 1);
                return inner;
            case FieldType.String:
                return field.Name + "-ä";
            case FieldType.Bytes:
                return ByteString.CopyFrom(0, 1, 255);
            case FieldType.Bool:
                return true;
            case FieldType.Double:
                return 0.25;
            case FieldType.Int32:
                return int.MinValue + field.FieldNumber;
            case FieldType.UInt32:
                return uint.MaxValue - (uint)field.FieldNumber;
            case FieldType.Int64 or FieldType.SInt64:
                return long.MinValue + field.FieldNumber;
            case FieldType.UInt64:
                return ulong.MaxValue - (ulong)field.FieldNumber;
            case FieldType.Enum:
                return field.EnumType.Values[^1].Number;
            default:
                throw new NotSupportedException($"{field.FullName}: {field.FieldType}");
        }
    }
}
