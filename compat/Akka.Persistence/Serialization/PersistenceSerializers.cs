using Akka.Actor;
using Akka.Serialization;

namespace Akka.Persistence.Serialization;

/// <summary>Marks what <see cref="PersistenceMessageSerializer"/> is for.</summary>
public interface IMessage
{
}

/// <summary>A snapshot on its way into a file.</summary>
public sealed class Snapshot(object data)
{
    public object Data { get; } = data;
}

/// <summary>Serializes <see cref="Snapshot"/>.</summary>
public class PersistenceSnapshotSerializer : Serializer
{
    public PersistenceSnapshotSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) => obj is Snapshot snapshot
        ? PersistencePayload.ToBinary(system, snapshot.Data)
        : throw new ArgumentException($"Can't serialize object of type [{obj.GetType()}] in [{GetType()}]", nameof(obj));

    public override object FromBinary(byte[] bytes, Type type) => new Snapshot(PersistencePayload.FromBinary(system, bytes));
}

/// <summary>Serializes the snapshots of at-least-once deliveries.</summary>
public sealed class PersistenceMessageSerializer : Serializer
{
    public PersistenceMessageSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj)
    {
        if (obj is not AtLeastOnceDeliverySnapshot snapshot)
            throw new ArgumentException($"Can't serialize object of type [{obj.GetType()}] in [{GetType()}]", nameof(obj));
        var writer = new WireWriter().Number(1, snapshot.CurrentDeliveryId);
        foreach (var delivery in snapshot.UnconfirmedDeliveries)
        {
            writer.Bytes(2, new WireWriter()
                .Number(1, delivery.DeliveryId)
                .Text(2, delivery.Destination.ToSerializationFormat())
                .Bytes(3, PersistencePayload.ToBinary(system, delivery.Message))
                .ToArray());
        }

        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, Type type)
    {
        if (type != typeof(AtLeastOnceDeliverySnapshot))
            throw new ArgumentException($"Can't deserialize object of type [{type}] in [{GetType()}]", nameof(type));
        var reader = new WireReader(bytes);
        long current = 0;
        var unconfirmed = new List<UnconfirmedDelivery>();
        while (reader.Read())
        {
            if (reader.Field == 1)
                current = reader.Number;
            else if (reader.Field == 2)
                unconfirmed.Add(Delivery(reader.Bytes));
        }

        return new AtLeastOnceDeliverySnapshot(current, [.. unconfirmed]);
    }

    private UnconfirmedDelivery Delivery(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        long id = 0;
        ActorPath? destination = null;
        object? message = null;
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.Number;
                    break;
                case 2:
                    destination = ActorPath.Parse(reader.Text);
                    break;
                case 3:
                    message = PersistencePayload.FromBinary(system, reader.Bytes);
                    break;
                default:
                    break;
            }
        }

        return destination is null || message is null
            ? throw new InvalidDataException("An unconfirmed delivery lacks its destination or its message.")
            : new UnconfirmedDelivery(id, destination, message);
    }
}
