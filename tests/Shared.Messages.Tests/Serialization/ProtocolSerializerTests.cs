using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Parts;
using Shared.Messages.Retention;
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
    [InlineData(typeof(Capture), 1003)]
    [InlineData(typeof(Injection), 1004)]
    [InlineData(typeof(Offered), 1005)]
    [InlineData(typeof(GetJournals), 1006)]
    public void Identifiers_are_part_of_the_journals_format(Type type, int identifier) =>
        _system.Serialization.FindSerializerForType(type).Identifier.ShouldBe(identifier);

    // A row that is changed or gone here is a journal that can't be read any more: rows may only be added.
    [Fact]
    public void Manifests_are_part_of_the_journals_format_too() =>
        new[] { FlowSerializer.Protocol, TopologySerializer.Protocol, CaptureSerializer.Protocol, InjectionSerializer.Protocol }
            .SelectMany(protocol => protocol.Entries.Select(entry => $"{protocol.Identifier} {entry.Manifest} {entry.Parser.GetType().GetGenericArguments()[0].Name}"))
            .ShouldBe("""
                1001 flow Flow
                1001 flow-layer FlowLayer
                1001 transport-layer TransportLayer
                1001 icmp-layer IcmpLayer
                1001 icmp-error IcmpError
                1001 flow-metric FlowMetric
                1001 tcp-metric TcpMetric
                1001 ip-metric IpMetric
                1001 flow-tunnel FlowTunnel
                1001 geneve-option GeneveOptionValue
                1001 vxlan-group-policy VxlanGroupPolicy
                1001 dns Dns
                1001 dns-question DnsQuestion
                1001 dns-record DnsRecord
                1001 dns-soa DnsSoa
                1001 dns-srv DnsSrv
                1001 dns-mx DnsMx
                1001 dhcpv4 Dhcpv4
                1001 vrrp Vrrp
                1001 tls Tls
                1001 http Http
                1001 update-flows UpdateFlows
                1001 flows-stored FlowsStored
                1001 flows-refused FlowsRefused
                1001 flows-updated FlowsUpdated
                1001 flows-expired FlowsExpired
                1001 flows-state FlowsState
                1001 flows-state-part FlowsStatePart
                1001 flow-partitions-fixed FlowPartitionsFixed
                1001 raw-packet RawPacket
                1001 query-flows QueryFlows
                1001 flows-part FlowsPart
                1001 take-flows TakeFlows
                1001 stop-flows StopFlows
                1001 flows-group FlowsGroup
                1002 metadata-value MetadataValue
                1002 metadata-list MetadataList
                1002 metadata-map MetadataMap
                1002 graph-node GraphNode
                1002 graph-edge GraphEdge
                1002 graph-change GraphChange
                1002 register-agent RegisterAgent
                1002 agent-accepted AgentAccepted
                1002 agent-refused AgentRefused
                1002 sync-graph SyncGraph
                1002 update-graph UpdateGraph
                1002 graph-stored GraphStored
                1002 graph-refused GraphRefused
                1002 resync-graph ResyncGraph
                1002 graph-changed GraphChanged
                1002 get-host-graph GetHostGraph
                1002 host-graph HostGraph
                1002 announce-host-graphs AnnounceHostGraphs
                1002 fabric-link FabricLink
                1002 create-fabric-link CreateFabricLink
                1002 delete-fabric-link DeleteFabricLink
                1002 get-fabric-links GetFabricLinks
                1002 fabric-links FabricLinks
                1002 fabric-link-refused FabricLinkRefused
                1002 fabric-link-created FabricLinkCreated
                1002 fabric-link-deleted FabricLinkDeleted
                1002 fabric-link-state FabricLinkState
                1002 forget-host ForgetHost
                1002 host-forgotten HostForgotten
                1002 host-refused HostRefused
                1003 capture Capture
                1003 set-captures SetCaptures
                1003 host-capture HostCapture
                1003 capture-node CaptureNode
                1003 node-capture NodeCapture
                1003 capture-created CaptureCreated
                1003 capture-deleted CaptureDeleted
                1003 capture-registry-state CaptureRegistryState
                1003 create-capture CreateCapture
                1003 delete-capture DeleteCapture
                1003 get-captures GetCaptures
                1003 captures Captures
                1003 capture-refused CaptureRefused
                1003 read-pcap ReadPcap
                1003 pcap-read PcapRead
                1003 pcap-refused PcapRefused
                1004 injection Injection
                1004 start-injection StartInjection
                1004 stop-injection StopInjection
                1004 injection-progress InjectionProgress
                1004 injection-created InjectionCreated
                1004 injection-changed InjectionChanged
                1004 injection-deleted InjectionDeleted
                1004 injection-registry-state InjectionRegistryState
                1004 create-injection CreateInjection
                1004 delete-injection DeleteInjection
                1004 get-injections GetInjections
                1004 injections Injections
                1004 injection-refused InjectionRefused
                1004 get-injector GetInjector
                1004 injector Injector
                """.Split('\n'));

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
                {
                    map["key"] = Value(field.MessageType.FindFieldByName("value"), depth);
                }
            }
            else if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                if (depth < 4)
                {
                    list.Add(Value(field, depth));
                }
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
