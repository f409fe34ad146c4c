using System.Collections;
using System.Collections.Immutable;

namespace Topology.Fabric.Model;

/// <summary>
/// Immutable map of metadata, in the order of its keys. Fields below are reached by dotted keys ("Ovs.Options.remote_ip"), through
/// lists as well: "Neighbors.MAC" stands for the MAC of every neighbour.
/// </summary>
public sealed class Metadata : IEnumerable<KeyValuePair<string, MetaValue>>, IEquatable<Metadata>
{
    // Sorted by key, ordinal. A node has some twenty keys: binary search over an array beats a hash table in size and speed.
    private readonly KeyValuePair<string, MetaValue>[] _fields;

    private Metadata(KeyValuePair<string, MetaValue>[] sorted) => _fields = sorted;

    /// <summary>No fields.</summary>
    public static Metadata Empty { get; } = new([]);

    /// <summary>How many keys there are (not counting inner ones).</summary>
    public int Count => _fields.Length;

    /// <summary>The value of a key (not dotted); a null value when it's missing.</summary>
    public MetaValue this[string key] => TryGet(key, out var value) ? value : default;

    /// <summary>Metadata of these fields; a key given twice keeps its last value.</summary>
    public static Metadata Create(params IEnumerable<(string Key, MetaValue Value)> fields)
    {
        var all = new List<KeyValuePair<string, MetaValue>>(fields.TryGetNonEnumeratedCount(out var count) ? count : 0);
        var isSorted = true;
        foreach (var (key, value) in fields)
        {
            isSorted &= all.Count == 0 || string.CompareOrdinal(all[^1].Key, key) < 0;
            all.Add(new(key, value));
        }

        if (all.Count == 0)
        {
            return Empty;
        }

        return new Metadata(isSorted ? [.. all] : Sorted(all));
    }

    // The sort keeps the order of equal keys: the last one of them counts.
    private static KeyValuePair<string, MetaValue>[] Sorted(List<KeyValuePair<string, MetaValue>> all)
    {
        KeyValuePair<string, MetaValue>[] sorted = [.. all.OrderBy(field => field.Key, StringComparer.Ordinal)];
        var length = 0;
        foreach (var field in sorted)
        {
            length -= length > 0 && sorted[length - 1].Key == field.Key ? 1 : 0;
            sorted[length++] = field;
        }

        return length == sorted.Length ? sorted : sorted[..length];
    }

    /// <summary>Finds a key (not dotted).</summary>
    public bool TryGet(string key, out MetaValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _fields[index].Value : default;
        return index >= 0;
    }

    /// <summary>With one key (not dotted) set.</summary>
    public Metadata Set(string key, MetaValue value)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            if (_fields[index].Value == value)
            {
                return this;
            }

            var changed = (KeyValuePair<string, MetaValue>[])_fields.Clone();
            changed[index] = new(key, value);
            return new Metadata(changed);
        }

        var grown = new KeyValuePair<string, MetaValue>[_fields.Length + 1];
        var at = ~index;
        _fields.AsSpan(0, at).CopyTo(grown);
        grown[at] = new(key, value);
        _fields.AsSpan(at).CopyTo(grown.AsSpan(at + 1));
        return new Metadata(grown);
    }

    /// <summary>Without one key (not dotted).</summary>
    public Metadata Remove(string key)
    {
        var index = IndexOf(key);
        if (index < 0)
        {
            return this;
        }

        return _fields.Length == 1 ? Empty : new Metadata([.. _fields.AsSpan(0, index), .. _fields.AsSpan(index + 1)]);
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

        static bool IsAny(MetaValue value, Func<MetaValue, bool> condition) => condition(value) || (value.Kind == MetaKind.List && value.Items.Any(condition));
    }

    /// <summary>Whether a dotted key has this value, or a list with it.</summary>
    public bool Has(string dottedKey, MetaValue value) => Any(dottedKey, found => found == value);

    /// <summary>All dotted keys, of inner maps as well.</summary>
    public IEnumerable<string> Keys()
    {
        foreach (var (key, value) in _fields)
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

        if (other is null || other._fields.Length != _fields.Length)
        {
            return false;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!string.Equals(_fields[i].Key, other._fields[i].Key, StringComparison.Ordinal) || _fields[i].Value != other._fields[i].Value)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metadata);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _fields)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(", ", _fields.Select(f => $"{f.Key}: {f.Value}")) + "}";

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, MetaValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, MetaValue>>)_fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerable<MetaValue> LookupIn(MetaValue value, string rest) => value.Kind switch
    {
        MetaKind.Map => value.Fields.Lookup(rest),
        MetaKind.List => value.Items.SelectMany(item => LookupIn(item, rest)),
        _ => [],
    };

    private int IndexOf(string key)
    {
        int low = 0, high = _fields.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_fields[middle].Key, key);
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
