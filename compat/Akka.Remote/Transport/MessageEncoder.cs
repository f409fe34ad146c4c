using Akka.Actor;
using Akka.Serialization;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Akka.Remote.Transport;

/// <summary>Writes messages as frames for one connection, with its tables of paths and manifests.</summary>
internal sealed class MessageEncoder(AkkaSerialization serialization, int maximumSize)
{
    // What is read to find out where to send the message to, beside the message.
    private const int EnvelopeSize = 64;

    private readonly TextTableWriter<IActorRef> _recipients = new(EqualityComparer<IActorRef>.Default);
    private readonly TextTableWriter<IActorRef> _senders = new(EqualityComparer<IActorRef>.Default);
    private readonly TextTableWriter<string> _manifests = new(StringComparer.Ordinal);

    /// <summary>Appends a frame. On an exception nothing was appended.</summary>
    /// <exception cref="OversizedMessageException">The message is larger than a frame may be.</exception>
    public void Write(FrameWriter to, in OutboundMessage message, long? systemMessageNumber)
    {
        var content = message.Message;
        var serializer = serialization.FindSerializerFor(content);
        var manifest = AkkaSerialization.ManifestFor(serializer, content);
        var bytes = serializer.ToBinary(content);
        if (bytes.Length + manifest.Length + EnvelopeSize > maximumSize)
            throw new OversizedMessageException($"{content.GetType().FullName} takes {bytes.Length} bytes, and akka.remote.dot-netty.tcp.maximum-frame-size is {maximumSize}");

        if (systemMessageNumber is { } number)
        {
            to.Begin(FrameKind.SystemMessage);
            to.WriteVarint((ulong)number);
        }
        else
        {
            to.Begin(FrameKind.Message);
        }

        // The ref of an ask is written once and never again.
        _recipients.Write(to, message.Recipient, AkkaSerialization.SerializedActorPath, keep: !message.Recipient!.IsTemporary);
        _senders.Write(to, message.Sender, AkkaSerialization.SerializedActorPath, keep: message.Sender is not (MinimalActorRef or RemoteActorRef { IsTemporary: true }));
        to.WriteZigZag(serializer.Identifier);
        _manifests.Write(to, manifest.Length == 0 ? null : manifest, static m => m, keep: true);
        to.WriteBytes(bytes);
        to.End();
    }

    public static void WriteSkip(FrameWriter to, long systemMessageNumber)
    {
        to.Begin(FrameKind.Skip);
        to.WriteVarint((ulong)systemMessageNumber);
        to.End();
    }
}

/// <summary>A message is larger than a frame may be.</summary>
internal sealed class OversizedMessageException(string message) : Exception(message);
