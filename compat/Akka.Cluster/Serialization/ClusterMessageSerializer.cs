using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Cluster.Daemon;
using Akka.Cluster.Serialization.Wire;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Cluster.Serialization;

/// <summary>What cluster nodes send each other, as protobuf (ClusterMessages.proto).</summary>
public class ClusterMessageSerializer : SerializerWithStringManifest
{
    private const string InitJoinManifest = "IJ";
    private const string InitJoinAckManifest = "IJA";
    private const string InitJoinNackManifest = "IJN";
    private const string JoinManifest = "J";
    private const string WelcomeManifest = "W";
    private const string GossipEnvelopeManifest = "GE";
    private const string GossipStatusManifest = "GS";
    private const string HeartbeatManifest = "HB";
    private const string HeartbeatRspManifest = "HBR";
    private const string ExitingConfirmedManifest = "EC";
    private const string LeaveManifest = "L";
    private const string DownManifest = "D";

    public ClusterMessageSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override string Manifest(object o) => o switch
    {
        Heartbeat => HeartbeatManifest,
        HeartbeatRsp => HeartbeatRspManifest,
        GossipStatus => GossipStatusManifest,
        GossipEnvelope => GossipEnvelopeManifest,
        InitJoin => InitJoinManifest,
        InitJoinAck => InitJoinAckManifest,
        InitJoinNack => InitJoinNackManifest,
        Join => JoinManifest,
        Welcome => WelcomeManifest,
        ExitingConfirmed => ExitingConfirmedManifest,
        Leave => LeaveManifest,
        Down => DownManifest,
        _ => throw new ArgumentException($"Can't serialize object of type [{o.GetType()}] in [{GetType()}]", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Heartbeat m => Address(m.From),
        HeartbeatRsp m => Node(m.From),
        GossipStatus m => new GossipStatusMessage { From = m.From.ToWire(), Version = m.Version.ToWire() }.ToByteArray(),
        GossipEnvelope m => new GossipEnvelopeMessage { From = m.From.ToWire(), To = m.To.ToWire(), Gossip = m.Gossip.ToWire() }.ToByteArray(),
        InitJoin => [],
        InitJoinAck m => Address(m.Address),
        InitJoinNack m => Address(m.Address),
        Join m => new JoinMessage { Node = m.Node.ToWire(), Roles = { m.Roles } }.ToByteArray(),
        Welcome m => new GossipEnvelopeMessage { From = m.From.ToWire(), Gossip = m.Gossip.ToWire() }.ToByteArray(),
        ExitingConfirmed m => Node(m.Node),
        Leave m => Address(m.Address),
        Down m => Address(m.Address),
        _ => throw new ArgumentException($"Can't serialize object of type [{obj.GetType()}] in [{GetType()}]", nameof(obj)),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case HeartbeatManifest:
                return new Heartbeat(Address(bytes));
            case HeartbeatRspManifest:
                return new HeartbeatRsp(Node(bytes));
            case GossipStatusManifest:
                var status = GossipStatusMessage.Parser.ParseFrom(bytes);
                return new GossipStatus(status.From.FromWire(), status.Version.FromWire());
            case GossipEnvelopeManifest:
                var envelope = GossipEnvelopeMessage.Parser.ParseFrom(bytes);
                return new GossipEnvelope(envelope.From.FromWire(), envelope.To.FromWire(), envelope.Gossip.FromWire());
            case InitJoinManifest:
                return new InitJoin();
            case InitJoinAckManifest:
                return new InitJoinAck(Address(bytes));
            case InitJoinNackManifest:
                return new InitJoinNack(Address(bytes));
            case JoinManifest:
                var join = JoinMessage.Parser.ParseFrom(bytes);
                return new Join(join.Node.FromWire(), join.Roles.ToImmutableHashSet());
            case WelcomeManifest:
                var welcome = GossipEnvelopeMessage.Parser.ParseFrom(bytes);
                return new Welcome(welcome.From.FromWire(), welcome.Gossip.FromWire());
            case ExitingConfirmedManifest:
                return new ExitingConfirmed(Node(bytes));
            case LeaveManifest:
                return new Leave(Address(bytes));
            case DownManifest:
                return new Down(Address(bytes));
            default:
                throw new SerializationException($"Unknown manifest [{manifest}] in [{GetType()}]");
        }
    }

    private static byte[] Address(Address address) => new AddressMessage { Address = address.ToWire() }.ToByteArray();

    private static Address Address(byte[] bytes) => AddressMessage.Parser.ParseFrom(bytes).Address.FromWire();

    private static byte[] Node(UniqueAddress node) => new NodeMessage { Node = node.ToWire() }.ToByteArray();

    private static UniqueAddress Node(byte[] bytes) => NodeMessage.Parser.ParseFrom(bytes).Node.FromWire();
}
