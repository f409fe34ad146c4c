using System.Globalization;
using System.Text;

namespace Akka.Actor;

/// <summary>
/// Where an actor stands: its system's address and the names from the root down. The uid tells incarnations of one
/// path apart; it's no part of the path's equality.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    internal const long UndefinedUid = 0;

    private readonly ActorPath? _parent;
    private string[]? _elements;
    private string? _text;
    private int _hash;

    protected ActorPath(Address address, string name)
    {
        Address = address;
        Name = name;
    }

    protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        _parent = parentPath;
        Address = parentPath.Address;
        Depth = parentPath.Depth + 1;
        Name = name;
        Uid = uid;
    }

    public Address Address { get; }

    public string Name { get; }

    /// <summary>The incarnation, 0 when unknown.</summary>
    public long Uid { get; }

    public int Depth { get; }

    public ActorPath Parent => _parent ?? this;

    public ActorPath Root => _parent is null ? this : _parent.Root;

    /// <summary>The names from the root (exclusive) down to this path.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            if (_elements is not null) return _elements;
            var elements = new string[Depth];
            var path = this;
            for (var i = Depth - 1; i >= 0; i--, path = path._parent!) elements[i] = path!.Name;
            return _elements = elements;
        }
    }

    public ActorPath Child(string childName) => this / childName;

    public ActorPath ParentOf(int depth)
    {
        var path = this;
        if (depth >= 0)
        {
            while (path.Depth > depth) path = path.Parent;
        }
        else
        {
            for (var i = depth; i < 0; i++) path = path.Parent;
        }

        return path;
    }

    public ActorPath WithUid(long uid) => uid == Uid || _parent is null ? this : new ChildActorPath(_parent, Name, uid);

    public static ActorPath operator /(ActorPath path, string name)
    {
        var hash = name.LastIndexOf('#');
        return hash >= 0 && long.TryParse(name.AsSpan(hash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var uid)
            ? new ChildActorPath(path, name[..hash], uid)
            : new ChildActorPath(path, name, UndefinedUid);
    }

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name)
    {
        foreach (var element in name)
        {
            if (!string.IsNullOrEmpty(element)) path /= element;
        }

        return path;
    }

    public static bool operator ==(ActorPath? left, ActorPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    /// <exception cref="UriFormatException">The text isn't a full actor path.</exception>
    public static ActorPath Parse(string path) =>
        TryParse(path, out var parsed) ? parsed : throw new UriFormatException($"'{path}' is not an actor path (protocol://system@host:port/user/...).");

    public static bool TryParse(string path, out ActorPath actorPath)
    {
        actorPath = null!;
        return Address.TryParse(path.AsSpan(), out var address, out var rest) && TryParse(new RootActorPath(address), rest, out actorPath);
    }

    public static bool TryParse(ActorPath basePath, string absoluteUri, out ActorPath actorPath) =>
        TryParse(basePath, absoluteUri.AsSpan(), out actorPath);

    public static bool TryParse(ActorPath basePath, ReadOnlySpan<char> absoluteUri, out ActorPath actorPath)
    {
        actorPath = basePath;
        var uid = UndefinedUid;
        var hash = absoluteUri.LastIndexOf('#');
        if (hash >= 0)
        {
            if (!long.TryParse(absoluteUri[(hash + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out uid)) return false;
            absoluteUri = absoluteUri[..hash];
        }

        foreach (var range in absoluteUri.Split('/'))
        {
            var element = absoluteUri[range];
            if (!element.IsEmpty) actorPath = new ChildActorPath(actorPath, element.ToString(), UndefinedUid);
        }

        if (uid != UndefinedUid) actorPath = actorPath.WithUid(uid);
        return true;
    }

    public static bool TryParseAddress(string path, out Address address) => Address.TryParse(path.AsSpan(), out address, out _);

    /// <summary>A name is letters, digits and <see cref="ValidSymbols"/> ('%' starts a hex escape), and doesn't start with '$'.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$') return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ValidSymbols.Contains(s[i])) continue;
            if (s[i] != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2])) return false;
            i += 2;
        }

        return true;
    }

    public static string FormatPathElements(IEnumerable<string> pathElements) => "/" + string.Join('/', pathElements);

    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || Depth != other.Depth || GetHashCode() != other.GetHashCode()) return false;
        ActorPath? left = this, right = other;
        for (; left!._parent is not null; left = left._parent, right = right._parent)
        {
            if (ReferenceEquals(left, right)) return true;
            if (left.Name != right!.Name) return false;
        }

        return left.Address == right!.Address;
    }

    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    public override int GetHashCode()
    {
        if (_hash != 0) return _hash;
        var hash = _parent is null ? Address.GetHashCode() : HashCode.Combine(_parent.GetHashCode(), Name);
        return _hash = hash == 0 ? 1 : hash;
    }

    public int CompareTo(ActorPath? other)
    {
        if (other is null) return 1;
        if (ReferenceEquals(this, other)) return 0;
        var address = Address.CompareTo(other.Address);
        return address != 0 ? address : string.CompareOrdinal(ToStringWithoutAddress(), other.ToStringWithoutAddress());
    }

    public override string ToString() => _text ??= ToStringWithAddress(Address);

    public string ToStringWithoutAddress() => FormatPathElements(Elements);

    public string ToStringWithUid() => AppendUid(ToString());

    public string ToStringWithAddress() => ToString();

    /// <summary>The path with this address where it has none of its own (no host).</summary>
    public string ToStringWithAddress(Address address)
    {
        var shown = Address.HasGlobalScope ? Address : address;
        var builder = new StringBuilder(shown.ToString());
        foreach (var element in Elements) builder.Append('/').Append(element);
        if (Depth == 0) builder.Append('/');
        return builder.ToString();
    }

    /// <summary>The full path with its uid, as it's written to the wire.</summary>
    public string ToSerializationFormat() => AppendUid(ToString());

    /// <summary>The full path with its uid, at the given address unless it has a host of its own.</summary>
    public string ToSerializationFormatWithAddress(Address address) => AppendUid(ToStringWithAddress(address));

    private string AppendUid(string path) =>
        Uid == UndefinedUid ? path : string.Create(CultureInfo.InvariantCulture, $"{path}#{Uid}");
}
