using System.Collections.Immutable;
using System.Globalization;

namespace Topology.Fabric.Model;

/// <summary>What a <see cref="MetaValue"/> holds.</summary>
public enum MetaKind : byte
{
    /// <summary>Nothing.</summary>
    Null,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A 64-bit integer, exact.</summary>
    Integer,
    /// <summary>A double.</summary>
    Double,
    /// <summary>Text.</summary>
    Text,
    /// <summary>A list of values.</summary>
    List,
    /// <summary>A map of values by key.</summary>
    Map,
}

/// <summary>
/// One metadata value: the kinds of JSON, integers kept apart from doubles so that counters and addresses stay exact. Immutable.
/// </summary>
public readonly struct MetaValue : IEquatable<MetaValue>
{
    // Integer, bits of the double, or 0/1: by _kind. Text, items or fields are in _reference.
    private readonly long _bits;
    private readonly object? _reference;

    private MetaValue(MetaKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What this value holds.</summary>
    public MetaKind Kind { get; }

    /// <summary>The value of a <see cref="MetaKind.Boolean"/>.</summary>
    public bool Boolean => Kind == MetaKind.Boolean ? _bits != 0 : throw NotA(MetaKind.Boolean);

    /// <summary>The value of a <see cref="MetaKind.Integer"/>.</summary>
    public long Integer => Kind == MetaKind.Integer ? _bits : throw NotA(MetaKind.Integer);

    /// <summary>The value of a <see cref="MetaKind.Double"/>.</summary>
    public double Double => Kind == MetaKind.Double ? BitConverter.Int64BitsToDouble(_bits) : throw NotA(MetaKind.Double);

    /// <summary>The value of a <see cref="MetaKind.Text"/>.</summary>
    public string Text => Kind == MetaKind.Text ? (string)_reference! : throw NotA(MetaKind.Text);

    /// <summary>The items of a <see cref="MetaKind.List"/>.</summary>
    public ImmutableArray<MetaValue> Items => Kind == MetaKind.List ? (ImmutableArray<MetaValue>)_reference! : throw NotA(MetaKind.List);

    /// <summary>The fields of a <see cref="MetaKind.Map"/>.</summary>
    public Metadata Fields => Kind == MetaKind.Map ? (Metadata)_reference! : throw NotA(MetaKind.Map);

    /// <summary>Null, an empty text, an empty list or an empty map.</summary>
    public bool IsEmpty => Kind switch
    {
        MetaKind.Null => true,
        MetaKind.Text => Text.Length == 0,
        MetaKind.List => Items.IsEmpty,
        MetaKind.Map => Fields.Count == 0,
        _ => false,
    };

    /// <summary>Null, an empty list or an empty map: what a list of values doesn't list.</summary>
    internal bool IsNothing => Kind != MetaKind.Text && IsEmpty;

    /// <summary>A boolean.</summary>
    public static implicit operator MetaValue(bool value) => new(MetaKind.Boolean, value ? 1 : 0, null);

    /// <summary>An integer.</summary>
    public static implicit operator MetaValue(long value) => new(MetaKind.Integer, value, null);

    /// <summary>An integer.</summary>
    public static implicit operator MetaValue(int value) => new(MetaKind.Integer, value, null);

    /// <summary>A double.</summary>
    public static implicit operator MetaValue(double value) => new(MetaKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A text; null makes a null value.</summary>
    public static implicit operator MetaValue(string? value) => value is null ? default : new(MetaKind.Text, 0, value);

    /// <summary>A map; null makes a null value.</summary>
    public static implicit operator MetaValue(Metadata? value) => value is null ? default : new(MetaKind.Map, 0, value);

    /// <summary>A list.</summary>
    public static implicit operator MetaValue(ImmutableArray<MetaValue> items) => new(MetaKind.List, 0, items.IsDefault ? [] : items);

    /// <summary>A list of texts.</summary>
    public static MetaValue Texts(IEnumerable<string> texts) => texts.Select(t => (MetaValue)t).ToImmutableArray();

    /// <summary>Equal kinds with equal contents; an integer and a double of the same size aren't equal.</summary>
    public static bool operator ==(MetaValue left, MetaValue right) => left.Equals(right);

    /// <summary>Not equal.</summary>
    public static bool operator !=(MetaValue left, MetaValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(MetaValue other) => Kind == other.Kind && Kind switch
    {
        MetaKind.Null => true,
        MetaKind.Text => string.Equals(Text, other.Text, StringComparison.Ordinal),
        MetaKind.List => Items.AsSpan().SequenceEqual(other.Items.AsSpan()),
        MetaKind.Map => Fields.Equals(other.Fields),
        _ => _bits == other._bits,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MetaValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        switch (Kind)
        {
            case MetaKind.Text:
                return string.GetHashCode(Text, StringComparison.Ordinal);
            case MetaKind.List:
                var hash = new HashCode();
                foreach (var item in Items)
                {
                    hash.Add(item);
                }

                return hash.ToHashCode();
            case MetaKind.Map:
                return Fields.GetHashCode();
            default:
                return HashCode.Combine(Kind, _bits);
        }
    }

    /// <summary>The value as one would write it in a query; lists and maps as JSON-like text.</summary>
    public override string ToString() => Kind switch
    {
        MetaKind.Null => "null",
        MetaKind.Boolean => Boolean ? "true" : "false",
        MetaKind.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        MetaKind.Double => Double.ToString("R", CultureInfo.InvariantCulture),
        MetaKind.Text => Text,
        MetaKind.List => "[" + string.Join(", ", Items) + "]",
        _ => Fields.ToString(),
    };

    private InvalidOperationException NotA(MetaKind wanted) => new($"the value {ToString()} is a {Kind}, not a {wanted}");
}
