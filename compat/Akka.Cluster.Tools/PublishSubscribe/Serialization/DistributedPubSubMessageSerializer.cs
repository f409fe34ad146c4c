using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Cluster.Tools.PublishSubscribe.Internal;
using Akka.Cluster.Tools.PublishSubscribe.Serialization.Wire;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Cluster.Tools.PublishSubscribe.Serialization;

/// <summary>What mediators send each other, as protobuf (DistributedPubSubMessages.proto).</summary>
public class DistributedPubSubMessageSerializer : SerializerWithStringManifest
{
    private const string StatusManifest = "A";
    private const string DeltaManifest = "B";
    private const string SendManifest = "C";
    private const string SendToAllManifest = "D";
    private const string PublishManifest = "E";
    private const string ToTopicManifest = "F";
    private const string ToPathManifest = "G";

    public DistributedPubSubMessageSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override string Manifest(object o) => o switch
    {
        Internal.Status => StatusManifest,
        Delta => DeltaManifest,
        ToTopic => ToTopicManifest,
        ToPath => ToPathManifest,
        Publish => PublishManifest,
        Send => SendManifest,
        SendToAll => SendToAllManifest,
        _ => throw new ArgumentException($"Can't serialize object of type [{o.GetType()}] in [{GetType()}]", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Internal.Status m => StatusToWire(m).ToByteArray(),
        Delta m => DeltaToWire(m).ToByteArray(),
        ToTopic m => new ToTopicMessage
        {
            Topic = m.Topic,
            Group = m.Group ?? "",
            HasGroup = m.Group is not null,
            Message = Payloads.Wrap(system, m.Message),
        }.ToByteArray(),
        ToPath m => new SendMessage { Path = m.Path, Message = Payloads.Wrap(system, m.Message) }.ToByteArray(),
        Publish m => new PublishMessage
        {
            Topic = m.Topic,
            Message = Payloads.Wrap(system, m.Message),
            OneOfEachGroup = m.SendOneMessageToEachGroup,
        }.ToByteArray(),
        Send m => new SendMessage { Path = m.Path, Message = Payloads.Wrap(system, m.Message), Flag = m.LocalAffinity }.ToByteArray(),
        SendToAll m => new SendMessage { Path = m.Path, Message = Payloads.Wrap(system, m.Message), Flag = m.ExcludeSelf }.ToByteArray(),
        _ => throw new ArgumentException($"Can't serialize object of type [{obj.GetType()}] in [{GetType()}]", nameof(obj)),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case StatusManifest:
                var status = StatusMessage.Parser.ParseFrom(bytes);
                return new Internal.Status(status.Versions.ToImmutableDictionary(v => v.Owner.FromWire(), v => v.Version), status.IsReply);
            case DeltaManifest:
                return DeltaFromWire(DeltaMessage.Parser.ParseFrom(bytes));
            case ToTopicManifest:
                var toTopic = ToTopicMessage.Parser.ParseFrom(bytes);
                return new ToTopic(toTopic.Topic, toTopic.HasGroup ? toTopic.Group : null, Payloads.Unwrap(system, toTopic.Message));
            case ToPathManifest:
                var toPath = SendMessage.Parser.ParseFrom(bytes);
                return new ToPath(toPath.Path, Payloads.Unwrap(system, toPath.Message));
            case PublishManifest:
                var publish = PublishMessage.Parser.ParseFrom(bytes);
                return new Publish(publish.Topic, Payloads.Unwrap(system, publish.Message), publish.OneOfEachGroup);
            case SendManifest:
                var send = SendMessage.Parser.ParseFrom(bytes);
                return new Send(send.Path, Payloads.Unwrap(system, send.Message), send.Flag);
            case SendToAllManifest:
                var sendToAll = SendMessage.Parser.ParseFrom(bytes);
                return new SendToAll(sendToAll.Path, Payloads.Unwrap(system, sendToAll.Message), sendToAll.Flag);
            default:
                throw new SerializationException($"Unknown manifest [{manifest}] in [{GetType()}]");
        }
    }

    private static StatusMessage StatusToWire(Internal.Status status)
    {
        var message = new StatusMessage { IsReply = status.IsReply };
        message.Versions.AddRange(status.Versions.Select(v => new StatusMessage.Types.NodeVersion { Owner = v.Key.ToWire(), Version = v.Value }));
        return message;
    }

    private static DeltaMessage DeltaToWire(Delta delta)
    {
        var message = new DeltaMessage();
        foreach (var bucket in delta.Buckets)
        {
            var wired = new DeltaMessage.Types.Bucket { Owner = bucket.Owner.ToWire(), Since = bucket.Since, Version = bucket.Version };
            wired.Entries.AddRange(bucket.Entries.Select(e => new DeltaMessage.Types.Entry
            {
                Kind = (int)e.Key.Kind,
                Name = e.Key.Name,
                Group = e.Key.Group ?? "",
                HasGroup = e.Key.Group is not null,
                Version = e.Value.Version,
                Withdrawn = e.Value.WithdrawnAt is not null,
            }));
            message.Buckets.Add(wired);
        }

        return message;
    }

    /// <summary>A withdrawn entry is kept for its time to live from when this node has heard of it: clocks differ.</summary>
    private static Delta DeltaFromWire(DeltaMessage message)
    {
        var now = DateTime.UtcNow;
        return new Delta(message.Buckets.Select(bucket => new BucketDelta(
            bucket.Owner.FromWire(),
            bucket.Since,
            bucket.Version,
            bucket.Entries.ToImmutableDictionary(
                e => new RegistryKey((RegistryKind)e.Kind, e.Name, e.HasGroup ? e.Group : null),
                e => new RegistryEntry(e.Version, e.Withdrawn ? now : null)))).ToImmutableList());
    }
}
