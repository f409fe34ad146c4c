namespace Akka.Configuration.Hocon;

/// <summary>An object: keys in the order they were first written, each with its value. Immutable once built.</summary>
public class HoconObject
{
    internal static readonly HoconObject Nothing = new(new Dictionary<string, HoconValue>());

    private readonly Dictionary<string, HoconValue> _members;

    internal HoconObject(Dictionary<string, HoconValue> members) => _members = members;

    /// <summary>A copy of the members, by key.</summary>
    public Dictionary<string, HoconValue> Items => new(_members);

    /// <summary>The same data as dictionaries, lists and strings.</summary>
    public IDictionary<string, object?> Unwrapped => _members.ToDictionary(m => m.Key, m => Unwrap(m.Value));

    internal IReadOnlyDictionary<string, HoconValue> Members => _members;

    public HoconValue? GetKey(string key) => _members.GetValueOrDefault(key);

    public override string ToString() => HoconWriter.Write(this, 0);

    public string ToString(int indent) => HoconWriter.Write(this, indent);

    internal bool TryGet(ReadOnlySpan<char> key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out HoconValue value) =>
        _members.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out value);

    /// <summary>This object over <paramref name="fallback"/>: members of both that are objects merge, else this one's member wins.</summary>
    internal HoconObject Over(HoconObject fallback)
    {
        if (_members.Count == 0)
            return fallback;
        if (fallback._members.Count == 0 || ReferenceEquals(this, fallback))
            return this;
        var merged = new Dictionary<string, HoconValue>(fallback._members);
        foreach (var (key, value) in _members)
            merged[key] = fallback._members.TryGetValue(key, out var below) ? value.Over(below) : value;
        return new HoconObject(merged);
    }

    private static object? Unwrap(HoconValue value)
    {
        if (value.IsObject())
            return value.GetObject().Unwrapped;
        return value.IsArray() ? value.GetArray().Select(Unwrap).ToList() : value.GetString();
    }
}
