using System.Collections.Immutable;

namespace Akka.Cluster;

/// <summary>Who has written how often: tells whether one gossip follows another or both happened apart.</summary>
public sealed class VectorClock
{
    private VectorClock(ImmutableSortedDictionary<Node, long> versions) => Versions = versions;

    /// <summary>How one clock stands to another.</summary>
    public enum Ordering
    {
        After = 0,
        Before = 1,
        Same = 2,
        Concurrent = 3,
        FullOrder = 4,
    }

    public ImmutableSortedDictionary<Node, long> Versions { get; }

    public static VectorClock Create() => new(ImmutableSortedDictionary<Node, long>.Empty);

    public static VectorClock Create(ImmutableSortedDictionary<Node, long> seedValues) => new(seedValues);

    public VectorClock Increment(Node node) => new(Versions.SetItem(node, Versions.GetValueOrDefault(node) + 1));

    public VectorClock Merge(VectorClock that)
    {
        var merged = Versions.ToBuilder();
        foreach (var (node, version) in that.Versions)
        {
            merged[node] = Math.Max(version, merged.TryGetValue(node, out var own) ? own : 0);
        }

        return new VectorClock(merged.ToImmutable());
    }

    /// <summary>Forgets a node that has left for good.</summary>
    public VectorClock Prune(Node removedNode) => Versions.ContainsKey(removedNode) ? new VectorClock(Versions.Remove(removedNode)) : this;

    public Ordering CompareTo(VectorClock that)
    {
        if (ReferenceEquals(this, that))
        {
            return Ordering.Same;
        }

        bool ahead = false, behind = false;
        foreach (var node in Versions.Keys.Union(that.Versions.Keys))
        {
            var difference = Versions.GetValueOrDefault(node) - that.Versions.GetValueOrDefault(node);
            ahead |= difference > 0;
            behind |= difference < 0;
        }

        return (ahead, behind) switch
        {
            (false, false) => Ordering.Same,
            (true, false) => Ordering.After,
            (false, true) => Ordering.Before,
            (true, true) => Ordering.Concurrent,
        };
    }

    public bool IsConcurrentWith(VectorClock that) => CompareTo(that) == Ordering.Concurrent;

    public bool IsBefore(VectorClock that) => CompareTo(that) == Ordering.Before;

    public bool IsAfter(VectorClock that) => CompareTo(that) == Ordering.After;

    public bool IsSameAs(VectorClock that) => CompareTo(that) == Ordering.Same;

    public override bool Equals(object? obj) => obj is VectorClock that && IsSameAs(that);

    public override int GetHashCode() => Versions.Aggregate(0, (hash, version) => hash ^ HashCode.Combine(version.Key, version.Value));

    public override string ToString() => $"VectorClock({string.Join(", ", Versions.Select(v => $"{v.Key} -> {v.Value}"))})";

    public static bool operator ==(VectorClock? left, VectorClock? right) => Equals(left, right);

    public static bool operator !=(VectorClock? left, VectorClock? right) => !Equals(left, right);

    public static bool operator >(VectorClock left, VectorClock right) => left.IsAfter(right);

    public static bool operator <(VectorClock left, VectorClock right) => left.IsBefore(right);

    /// <summary>A writer of the clock.</summary>
    public class Node : IComparable<Node>
    {
        private readonly string _value;

        public Node(string value) => _value = value;

        public static Node Create(string name) => new(name);

        public static Node FromHash(string hash) => new(hash);

        public int CompareTo(Node? other) => string.CompareOrdinal(_value, other?._value);

        public override bool Equals(object? obj) => obj is Node other && _value == other._value;

        public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);

        public override string ToString() => _value;
    }
}
