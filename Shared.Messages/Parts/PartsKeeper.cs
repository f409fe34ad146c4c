using Akka.Actor;
using Google.Protobuf;

namespace Shared.Messages.Parts;

/// <summary>Keeps one serialized message for whoever fetches it, until they're done, or nobody has asked for a while.</summary>
internal sealed class PartsKeeper : ReceiveActor
{
    /// <summary>Bytes of a part.</summary>
    internal const int PartSize = 32 << 10;

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HashSet<IActorRef> _readers = [];

    public static Props Props(byte[] message) => Akka.Actor.Props.Create(() => new PartsKeeper(message));

    public PartsKeeper(byte[] message)
    {
        SetReceiveTimeout(Patience);
        Receive<GetPart>(get =>
        {
            _readers.Add(Sender);
            if (get.Number >= 0 && get.Number < Count(message.Length))
            {
                var start = get.Number * PartSize;
                Sender.Tell(new Part { Number = get.Number, Data = UnsafeByteOperations.UnsafeWrap(message.AsMemory(start, Math.Min(PartSize, message.Length - start))) });
            }
        });
        Receive<PartsDone>(_ =>
        {
            _readers.Remove(Sender);
            if (_readers.Count == 0)
            {
                Context.Stop(Self);
            }
        });
        Receive<ReceiveTimeout>(_ => Context.Stop(Self));
    }

    /// <summary>Parts of a message.</summary>
    internal static int Count(int length) => (length + PartSize - 1) / PartSize;
}
