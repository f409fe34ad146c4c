namespace Akka.Cluster.Sharding;

/// <summary>Says which entity a message is for, and which shard that entity is in.</summary>
public interface IMessageExtractor
{
    /// <summary>The entity's id; null for a message that is for no entity.</summary>
    string? EntityId(object message);

    /// <summary>What the entity gets: the message, or what it wraps.</summary>
    object? EntityMessage(object message);

    string? ShardId(object message);

    string ShardId(string entityId, object? messageHint = null);
}

/// <summary>Puts entities in one of so many shards by a hash of their id.</summary>
public abstract class HashCodeMessageExtractor : IMessageExtractor
{
    public readonly int MaxNumberOfShards;

    protected HashCodeMessageExtractor(int maxNumberOfShards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfShards, 1);
        MaxNumberOfShards = maxNumberOfShards;
    }

    public static HashCodeMessageExtractor Create(
        int maxNumberOfShards, Func<object, string?> entityIdExtractor, Func<object, object>? messageExtractor = null) =>
        new Extractor(maxNumberOfShards, entityIdExtractor, messageExtractor);

    public abstract string? EntityId(object message);

    public virtual object? EntityMessage(object message) => message is ShardingEnvelope envelope ? envelope.Message : message;

    public virtual string? ShardId(object message)
    {
        var id = message switch
        {
            ShardingEnvelope envelope => envelope.EntityId,
            ShardRegion.StartEntity start => start.EntityId,
            _ => EntityId(message),
        };
        return id is null ? null : ShardId(id);
    }

    public virtual string ShardId(string entityId, object? messageHint = null) =>
        (Math.Abs((long)StringHash.Of(entityId)) % MaxNumberOfShards).ToString();

    private sealed class Extractor(int shards, Func<object, string?> entityId, Func<object, object>? message) : HashCodeMessageExtractor(shards)
    {
        public override string? EntityId(object m) => m is ShardingEnvelope envelope ? envelope.EntityId : entityId(m);

        public override object? EntityMessage(object m) =>
            m is ShardingEnvelope envelope ? envelope.Message : message is null ? base.EntityMessage(m) : message(m);
    }
}

/// <summary>A MurmurHash of a string's UTF-16 units, two at a time: the same in every process, so that an entity is in the same
/// shard everywhere and for good.</summary>
internal static class StringHash
{
    private const uint Seed = 0xf7ca7fd2;
    private const uint VisibleMagic = 0x971e137b;
    private const uint HiddenMagicA = 0x95543787;
    private const uint HiddenMagicB = 0x2ad7eb25;
    private const uint VisibleMixer = 0x52dce729;
    private const uint HiddenMixerA = 0x7b7d159c;
    private const uint HiddenMixerB = 0x6bce6396;
    private const uint FinalMixer1 = 0x85ebca6b;
    private const uint FinalMixer2 = 0xc2b2ae35;

    public static int Of(string text)
    {
        unchecked
        {
            var hash = ((uint)text.Length * Seed) ^ VisibleMagic;
            var (a, b) = (HiddenMagicA, HiddenMagicB);
            var at = 0;
            for (; at + 1 < text.Length; at += 2)
            {
                hash = Extend(hash, ((uint)text[at] << 16) + text[at + 1], a, b);
                a = (a * 5) + HiddenMixerA;
                b = (b * 5) + HiddenMixerB;
            }

            if (at < text.Length)
            {
                hash = Extend(hash, text[at], a, b);
            }

            hash = (hash ^ (hash >> 16)) * FinalMixer1;
            hash = (hash ^ (hash >> 13)) * FinalMixer2;
            return (int)(hash ^ (hash >> 16));
        }
    }

    private static uint Extend(uint hash, uint value, uint a, uint b) =>
        unchecked(((hash ^ (uint.RotateLeft(value * a, 11) * b)) * 3) + VisibleMixer);
}
