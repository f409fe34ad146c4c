using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Topology.Fabric.Model;

/// <summary>
/// Immutable map of metadata, in the order of its keys. Fields below are reached by dotted keys ("Ovs.Options.remote_ip"), through
/// lists as well: "Neighbors.MAC" stands for the MAC of every neighbour.
/// </summary>
public sealed class Metadata : IEnumerable<KeyValuePair<string, MetaValue>>, IEquatable<Metadata>
{
    // Sorted, ordinal. A node has some twenty keys: binary search over an array beats a hash table in size and speed. Nodes of a
    // kind have the same keys, and share them, so that a look at many nodes finds them in the processor's cache.
    private readonly string[] _keys;
    private readonly MetaValue[] _values;

    private Metadata(string[] keys, MetaValue[] values)
    {
        _keys = keys;
        _values = values;
    }

    /// <summary>No fields.</summary>
    public static Metadata Empty { get; } = new([], []);

    /// <summary>How many keys there are (not counting inner ones).</summary>
    public int Count => _keys.Length;

    /// <summary>The value of a key (not dotted); a null value when it's missing.</summary>
    public MetaValue this[string key] => TryGet(key, out var value) ? value : default;

    /// <summary>Metadata of these fields; a key given twice keeps its last value.</summary>
    public static Metadata Create(params IEnumerable<(string Key, MetaValue Value)> fields)
    {
        (string Key, MetaValue Value)[] all = [.. fields];
        for (var i = 1; i < all.Length; i++)
        {
            if (string.CompareOrdinal(all[i - 1].Key, all[i].Key) >= 0)
            {
                all = Sorted(all);
                break;
            }
        }

        return all.Length == 0 ? Empty : new Metadata(MetadataKeys.Shared(Array.ConvertAll(all, field => field.Key)), Array.ConvertAll(all, field => field.Value));
    }

    // The sort keeps the order of equal keys: the last one of them counts.
    private static (string Key, MetaValue Value)[] Sorted((string Key, MetaValue Value)[] all)
    {
        (string Key, MetaValue Value)[] sorted = [.. all.OrderBy(field => field.Key, StringComparer.Ordinal)];
        var length = 0;
        foreach (var field in sorted)
        {
            length -= length > 0 && sorted[length - 1].Key == field.Key ? 1 : 0;
            sorted[length++] = field;
        }

        return sorted[..length];
    }

    /// <summary>Finds a key (not dotted).</summary>
    public bool TryGet(string key, out MetaValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _values[index] : default;
        return index >= 0;
    }

    /// <summary>With one key (not dotted) set.</summary>
    public Metadata Set(string key, MetaValue value)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            if (_values[index] == value)
            {
                return this;
            }

            var changed = (MetaValue[])_values.Clone();
            changed[index] = value;
            return new Metadata(_keys, changed);
        }

        var at = ~index;
        return new Metadata(MetadataKeys.Shared([.. _keys.AsSpan(0, at), key, .. _keys.AsSpan(at)]), [.. _values.AsSpan(0, at), value, .. _values.AsSpan(at)]);
    }

    /// <summary>Without one key (not dotted).</summary>
    public Metadata Remove(string key)
    {
        var index = IndexOf(key);
        if (index < 0)
        {
            return this;
        }

        return Count == 1 ? Empty : new Metadata(MetadataKeys.Shared([.. _keys.AsSpan(0, index), .. _keys.AsSpan(index + 1)]), [.. _values.AsSpan(0, index), .. _values.AsSpan(index + 1)]);
    }

    /// <summary>Every value a dotted key stands for: none, one, or several where the way leads through lists.</summary>
    public IEnumerable<MetaValue> Lookup(string dottedKey)
    {
        if (TryGet(dottedKey, out var whole))
        {
            return [whole];
        }

        var dot = dottedKey.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && TryGet(dottedKey[..dot], out var first) ? LookupIn(first, dottedKey[(dot + 1)..]) : [];
    }

    /// <summary>The one value a dotted key stands for, a list when there are several.</summary>
    public bool TryLookup(string dottedKey, out MetaValue value)
    {
        if (TryGet(dottedKey, out value))
        {
            return true;
        }

        if (!dottedKey.Contains('.', StringComparison.Ordinal))
        {
            return false;
        }

        var values = ImmutableArray.CreateRange(Lookup(dottedKey));
        value = values.Length switch { 0 => default, 1 => values[0], _ => values };
        return values.Length > 0;
    }

    /// <summary>
    /// Whether any value under a dotted key satisfies a condition; a list's members count as values of their own, so that an
    /// address matches a node that has it among others.
    /// </summary>
    public bool Any(string dottedKey, Func<MetaValue, bool> condition)
    {
        if (TryGet(dottedKey, out var whole))
        {
            return IsAny(whole, condition);
        }

        if (!dottedKey.Contains('.', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var value in Lookup(dottedKey))
        {
            if (IsAny(value, condition))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a dotted key has this value, or a list with it.</summary>
    public bool Has(string dottedKey, MetaValue value) => Any(dottedKey, found => found == value);

    /// <summary>All dotted keys, of inner maps as well.</summary>
    public IEnumerable<string> Keys()
    {
        foreach (var (key, value) in this)
        {
            yield return key;
            if (value.Kind != MetaKind.Map)
            {
                continue;
            }

            foreach (var inner in value.Fields.Keys())
            {
                yield return key + "." + inner;
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(Metadata? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        return other is not null && (ReferenceEquals(_keys, other._keys) || _keys.AsSpan().SequenceEqual(other._keys)) && _values.AsSpan().SequenceEqual(other._values);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metadata);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in this)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(", ", this.Select(f => $"{f.Key}: {f.Value}")) + "}";

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, MetaValue>> GetEnumerator()
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            yield return new(_keys[i], _values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerable<MetaValue> LookupIn(MetaValue value, string rest) => value.Kind switch
    {
        MetaKind.Map => value.Fields.Lookup(rest),
        MetaKind.List => value.Items.SelectMany(item => LookupIn(item, rest)),
        _ => [],
    };

    internal static bool IsAny(MetaValue value, Func<MetaValue, bool> condition) => condition(value) || (value.Kind == MetaKind.List && value.Items.Any(condition));

    private int IndexOf(string key)
    {
        int low = 0, high = _keys.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_keys[middle], key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }
}

/// <summary>The keys of metadata that's alike, once.</summary>
internal static class MetadataKeys
{
    /// <summary>Sets of keys that are shared, and how long one may be: who makes up keys fills no more than this.</summary>
    private const int MostSets = 1_024;
    private const int MostCharacters = 2_048;

    private static readonly ConcurrentDictionary<string[], string[]> Known = new(new SameKeys());
    private static int s_sets;

    public static string[] Shared(string[] keys)
    {
        if (Known.TryGetValue(keys, out var shared))
        {
            return shared;
        }

        return keys.Sum(key => key.Length) <= MostCharacters && Volatile.Read(ref s_sets) < MostSets && Interlocked.Increment(ref s_sets) <= MostSets ? Known.GetOrAdd(keys, keys) : keys;
    }

    private sealed class SameKeys : IEqualityComparer<string[]>
    {
        public bool Equals(string[]? one, string[]? other) => ReferenceEquals(one, other) || one.AsSpan().SequenceEqual(other);

        // Some of them tell most sets apart.
        public int GetHashCode(string[] keys) => keys.Length == 0 ? 0 : HashCode.Combine(keys.Length, keys[0], keys[keys.Length / 3], keys[keys.Length * 2 / 3], keys[^1]);
    }
}
