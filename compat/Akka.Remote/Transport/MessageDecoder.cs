using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Akka.Remote.Transport;

/// <summary>Reads one connection's messages and hands them to their recipients.</summary>
internal sealed class MessageDecoder(RemoteActorRefProvider provider, AkkaSerialization serialization, Peer peer, SystemMessageInbox inbox, ILoggingAdapter log)
{
    private readonly TextTableReader<IInternalActorRef> _recipients = new();
    private readonly TextTableReader<IInternalActorRef> _senders = new();
    private readonly TextTableReader<string> _manifests = new();

    public void DeliverMessage(ReadOnlySpan<byte> content)
    {
        var reader = new FrameReader(content);
        Deliver(ref reader, number: null);
    }

    public void DeliverSystemMessage(ReadOnlySpan<byte> content)
    {
        var reader = new FrameReader(content);
        Deliver(ref reader, (long)reader.ReadVarint());
    }

    /// <summary>The envelope has to be read whatever becomes of the message: it may define what later ones refer to.</summary>
    private void Deliver(ref FrameReader reader, long? number)
    {
        var to = _recipients.Read(ref reader) ?? throw new InvalidDataException("A message has no recipient.");
        var from = _senders.Read(ref reader);
        var serializerId = reader.ReadZigZag();
        var manifest = _manifests.Read(ref reader)?.Text ?? "";
        object message;
        try
        {
            message = AkkaSerialization.FromBinary(serialization.GetSerializerById(serializerId), reader.Rest.ToArray(), manifest);
        }
        catch (Exception e)
        {
            log.Error(e, "A message of {0} for {1} can't be read (serializer {2}, manifest '{3}', {4} bytes); it is dropped: {5}", peer, to.Text, serializerId, manifest, reader.Rest.Length, e.Message);
            if (number is { } unreadable)
                inbox.TryDeliver(unreadable, static () => { });
            return;
        }

        var recipient = Resolve(to);
        if (!recipient.IsLocal)
        {
            log.Error("{0} sends a {1} for {2}, which is not of this system; it is dropped", peer, message.GetType().FullName, to.Text);
            return;
        }

        var sender = from is null ? null : Resolve(from);
        if (number is not { } ordinal)
            Deliver(recipient, message, sender);
        else if (message is ISystemMessage system)
            inbox.TryDeliver(ordinal, () => recipient.SendSystemMessage(system));
        else
            throw new InvalidDataException($"{message.GetType().FullName} came as a system message.");
    }

    private static void Deliver(IInternalActorRef recipient, object message, IActorRef? sender)
    {
        if (message is ActorSelectionMessage selection)
            ActorRefFactoryShared.Deliver(recipient, selection, sender);
        else
            recipient.Tell(message, sender);
    }

    private IInternalActorRef Resolve(TextTableReader<IInternalActorRef>.Entry entry)
    {
        // An actor that was stopped may have a successor at its path.
        if (entry.Value is { IsTerminated: false } known)
            return known;
        var resolved = provider.ResolveInbound(entry.Text);
        entry.Value = resolved;
        return resolved;
    }
}
