using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>The system messages that cross the wire: those of death watch, and the order to stop.</summary>
internal sealed class SystemMessageSerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj)
    {
        var to = new FrameWriter(128);
        switch (obj)
        {
            case Watch watch:
                WrappedPayload.WriteRef(to, watch.Watchee);
                WrappedPayload.WriteRef(to, watch.Watcher);
                break;
            case Unwatch unwatch:
                WrappedPayload.WriteRef(to, unwatch.Watchee);
                WrappedPayload.WriteRef(to, unwatch.Watcher);
                break;
            case DeathWatchNotification died:
                WrappedPayload.WriteRef(to, died.Actor);
                to.WriteByte((byte)((died.ExistenceConfirmed ? 1 : 0) | (died.AddressTerminated ? 2 : 0)));
                break;
            case Terminate:
                break;
            default:
                throw new NotSupportedException($"{obj.GetType().FullName} is for actors of the same system only.");
        }

        return to.ToArray();
    }

    public override object FromBinary(byte[] bytes, Type type)
    {
        var from = new FrameReader(bytes);
        if (type == typeof(Watch))
            return new Watch(ReadRef(ref from), ReadRef(ref from));
        if (type == typeof(Unwatch))
            return new Unwatch(ReadRef(ref from), ReadRef(ref from));
        if (type == typeof(DeathWatchNotification))
        {
            var actor = ReadRef(ref from);
            var flags = from.ReadByte();
            return new DeathWatchNotification(actor, (flags & 1) != 0, (flags & 2) != 0);
        }

        return type == typeof(Terminate) ? new Terminate() : throw new SerializationException($"{type?.FullName} is no system message that crosses the wire.");
    }

    private IInternalActorRef ReadRef(ref FrameReader from) =>
        (IInternalActorRef?)WrappedPayload.ReadRef(ref from, system) ?? throw new SerializationException("A system message lacks an actor.");
}
