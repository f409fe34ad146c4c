using System.Collections.Immutable;

namespace Akka.Cluster.Tools.PublishSubscribe.Internal;

/// <summary>What a node has to offer: an actor under a path, or subscribers of a topic, with or without a group.</summary>
internal sealed record RegistryKey(RegistryKind Kind, string Name, string? Group = null)
{
    public static RegistryKey Path(string path) => new(RegistryKind.Path, path);

    public static RegistryKey Topic(string topic, string? group) => new(RegistryKind.Topic, topic, group);
}

internal enum RegistryKind
{
    Path = 0,
    Topic = 1,
}

/// <summary>A key's last change; withdrawn entries stay a while, so that the withdrawal is heard of.</summary>
internal sealed record RegistryEntry(long Version, DateTime? WithdrawnAt);

/// <summary>One node's entries, numbered by that node.</summary>
internal sealed record Bucket(UniqueAddress Owner, long Version, ImmutableDictionary<RegistryKey, RegistryEntry> Entries)
{
    public static Bucket Empty(UniqueAddress owner) => new(owner, 0, ImmutableDictionary<RegistryKey, RegistryEntry>.Empty);

    public bool Offers(RegistryKey key) => Entries.TryGetValue(key, out var entry) && entry.WithdrawnAt is null;
}

/// <summary>The changes of one bucket after version <paramref name="Since"/>, up to <paramref name="Version"/>.</summary>
internal sealed record BucketDelta(UniqueAddress Owner, long Since, long Version, ImmutableDictionary<RegistryKey, RegistryEntry> Entries);

/// <summary>Who offers what, as far as this node knows: a bucket per node, each written by its own node alone and passed on by
/// gossip. Immutable.</summary>
internal sealed class Registry
{
    private readonly UniqueAddress _self;

    public Registry(UniqueAddress self)
        : this(self, ImmutableDictionary<UniqueAddress, Bucket>.Empty.Add(self, Bucket.Empty(self)))
    {
    }

    private Registry(UniqueAddress self, ImmutableDictionary<UniqueAddress, Bucket> buckets)
    {
        _self = self;
        Buckets = buckets;
    }

    public ImmutableDictionary<UniqueAddress, Bucket> Buckets { get; }

    public ImmutableDictionary<UniqueAddress, long> Versions => Buckets.ToImmutableDictionary(b => b.Key, b => b.Value.Version);

    public Registry Offer(RegistryKey key) => Buckets[_self].Offers(key) ? this : Write(key, null);

    public Registry Withdraw(RegistryKey key, DateTime now) => Buckets[_self].Offers(key) ? Write(key, now) : this;

    public IEnumerable<UniqueAddress> WhoOffers(RegistryKey key) => Buckets.Values.Where(b => b.Offers(key)).Select(b => b.Owner);

    public ImmutableSortedSet<string> Topics() =>
        [.. Buckets.Values.SelectMany(b => b.Entries.Where(e => e.Key.Kind == RegistryKind.Topic && e.Value.WithdrawnAt is null).Select(e => e.Key.Name))];

    public IEnumerable<string> GroupsOf(string topic) =>
        Buckets.Values
            .SelectMany(b => b.Entries)
            .Where(e => e.Key.Kind == RegistryKind.Topic && e.Key.Name == topic && e.Key.Group is not null && e.Value.WithdrawnAt is null)
            .Select(e => e.Key.Group!)
            .Distinct();

    /// <summary>What somebody lacks who has these versions: oldest changes first, so many at most.</summary>
    public ImmutableList<BucketDelta> DeltaFor(ImmutableDictionary<UniqueAddress, long> known, int max)
    {
        var delta = ImmutableList.CreateBuilder<BucketDelta>();
        foreach (var bucket in Buckets.Values)
        {
            var since = known.GetValueOrDefault(bucket.Owner);
            if (max <= 0 || bucket.Version <= since)
            {
                continue;
            }

            var later = bucket.Entries.Where(e => e.Value.Version > since).OrderBy(e => e.Value.Version).ToArray();
            var sent = later.Take(max).ToArray();
            max -= sent.Length;
            delta.Add(new BucketDelta(
                bucket.Owner,
                since,
                sent.Length == later.Length ? bucket.Version : sent[^1].Value.Version,
                sent.ToImmutableDictionary()));
        }

        return delta.ToImmutable();
    }

    public bool LacksAnyOf(ImmutableDictionary<UniqueAddress, long> known) =>
        known.Any(k => Buckets.TryGetValue(k.Key, out var bucket) && bucket.Version < k.Value);

    /// <summary>Takes in what another node has told, of nodes that take part. Changes that follow on some we have missed are left
    /// out: they come again with those.</summary>
    public Registry Merge(IEnumerable<BucketDelta> delta)
    {
        var buckets = Buckets;
        foreach (var news in delta)
        {
            if (news.Owner != _self && buckets.TryGetValue(news.Owner, out var bucket) && news.Since <= bucket.Version && news.Version > bucket.Version)
            {
                buckets = buckets.SetItem(news.Owner, new Bucket(news.Owner, news.Version, bucket.Entries.SetItems(news.Entries)));
            }
        }

        return ReferenceEquals(buckets, Buckets) ? this : new Registry(_self, buckets);
    }

    /// <summary>Whether changes follow on some that we have missed.</summary>
    public bool MissedSomeBefore(IEnumerable<BucketDelta> delta) =>
        delta.Any(news => Buckets.TryGetValue(news.Owner, out var bucket) && news.Since > bucket.Version);

    /// <summary>Forgets the nodes that take part no more, and makes room for new ones.</summary>
    public Registry WithNodes(IReadOnlySet<UniqueAddress> nodes)
    {
        var gone = Buckets.Keys.Where(node => node != _self && !nodes.Contains(node)).ToArray();
        var come = nodes.Where(node => !Buckets.ContainsKey(node)).ToArray();
        return gone.Length == 0 && come.Length == 0
            ? this
            : new Registry(_self, Buckets.RemoveRange(gone).AddRange(come.Select(node => KeyValuePair.Create(node, Bucket.Empty(node)))));
    }

    /// <summary>Forgets withdrawn entries that everyone has heard of by now.</summary>
    public Registry Prune(DateTime withdrawnBefore)
    {
        var buckets = Buckets;
        foreach (var bucket in Buckets.Values)
        {
            var old = bucket.Entries.Where(e => e.Value.WithdrawnAt < withdrawnBefore).Select(e => e.Key).ToArray();
            if (old.Length > 0)
            {
                buckets = buckets.SetItem(bucket.Owner, bucket with { Entries = bucket.Entries.RemoveRange(old) });
            }
        }

        return ReferenceEquals(buckets, Buckets) ? this : new Registry(_self, buckets);
    }

    private Registry Write(RegistryKey key, DateTime? withdrawnAt)
    {
        var own = Buckets[_self];
        var version = own.Version + 1;
        return new Registry(_self, Buckets.SetItem(_self, new Bucket(_self, version, own.Entries.SetItem(key, new RegistryEntry(version, withdrawnAt)))));
    }
}
