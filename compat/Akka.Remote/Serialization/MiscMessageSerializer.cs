using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>The messages that actors and remoting themselves exchange.</summary>
internal sealed class MiscMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string IdentifyManifest = "ID";
    private const string ActorIdentityManifest = "AID";
    private const string ActorRefManifest = "AR";
    private const string PoisonPillManifest = "PP";
    private const string KillManifest = "K";
    private const string StatusSuccessManifest = "SS";
    private const string StatusFailureManifest = "SF";
    private const string HeartbeatManifest = "RWHB";
    private const string HeartbeatResponseManifest = "RWHR";

    public override string Manifest(object o) => o switch
    {
        Identify => IdentifyManifest,
        ActorIdentity => ActorIdentityManifest,
        IActorRef => ActorRefManifest,
        PoisonPill => PoisonPillManifest,
        Kill => KillManifest,
        Status.Success => StatusSuccessManifest,
        Status.Failure => StatusFailureManifest,
        RemoteWatcher.Heartbeat => HeartbeatManifest,
        RemoteWatcher.HeartbeatRsp => HeartbeatResponseManifest,
        _ => throw NotMine(o),
    };

    public override byte[] ToBinary(object obj)
    {
        var to = new FrameWriter(64);
        switch (obj)
        {
            case Identify identify:
                WrappedPayload.Write(to, identify.MessageId, system.Serialization);
                break;
            case ActorIdentity identity:
                WrappedPayload.Write(to, identity.MessageId, system.Serialization);
                WrappedPayload.WriteRef(to, identity.Subject);
                break;
            case IActorRef actor:
                WrappedPayload.WriteRef(to, actor);
                break;
            case Status.Success success:
                WrappedPayload.Write(to, success.Status, system.Serialization);
                break;
            case Status.Failure failure:
                ExceptionPayload.Write(to, failure.Cause);
                WrappedPayload.Write(to, failure.State, system.Serialization);
                break;
            case RemoteWatcher.HeartbeatRsp response:
                to.WriteInt32(response.AddressUid);
                break;
            case PoisonPill or Kill or RemoteWatcher.Heartbeat:
                break;
            default:
                throw NotMine(obj);
        }

        return to.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var from = new FrameReader(bytes);
        switch (manifest)
        {
            case IdentifyManifest:
                return new Identify(WrappedPayload.Read(ref from, system.Serialization)!);
            case ActorIdentityManifest:
                var id = WrappedPayload.Read(ref from, system.Serialization);
                return new ActorIdentity(id!, WrappedPayload.ReadRef(ref from, system)!);
            case ActorRefManifest:
                return WrappedPayload.ReadRef(ref from, system) ?? ActorRefs.Nobody;
            case PoisonPillManifest:
                return PoisonPill.Instance;
            case KillManifest:
                return Kill.Instance;
            case StatusSuccessManifest:
                return new Status.Success(WrappedPayload.Read(ref from, system.Serialization)!);
            case StatusFailureManifest:
                var cause = ExceptionPayload.Read(ref from);
                return new Status.Failure(cause!, WrappedPayload.Read(ref from, system.Serialization)!);
            case HeartbeatManifest:
                return RemoteWatcher.Heartbeat.Instance;
            case HeartbeatResponseManifest:
                return new RemoteWatcher.HeartbeatRsp(from.ReadInt32());
            default:
                throw new SerializationException($"MiscMessageSerializer doesn't know the manifest '{manifest}'.");
        }
    }

    private static NotSupportedException NotMine(object obj) => new($"MiscMessageSerializer doesn't write {obj.GetType().FullName}.");
}
