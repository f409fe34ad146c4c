using System.Globalization;

namespace Akka.Actor;

/// <summary>Where an actor system is: <c>protocol://system@host:port</c>, or <c>protocol://system</c> when it's this process' own.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>, IComparable, ICloneable
{
    /// <summary>Stands for every system (in subscriptions and permissions).</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    private string? _text;

    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = string.IsNullOrEmpty(host) ? null : host.ToLowerInvariant();
        Port = port;
    }

    public static readonly IComparer<Address> Comparer = global::System.Collections.Generic.Comparer<Address>.Create(Compare);

    public string Protocol { get; }

    public string System { get; }

    public string? Host { get; }

    public int? Port { get; }

    /// <summary>True when the address names no host: it's valid in this process only.</summary>
    public bool HasLocalScope => Host is null;

    public bool HasGlobalScope => Host is not null;

    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <summary>The address without its protocol: <c>system@host:port</c>.</summary>
    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    public override string ToString()
    {
        if (_text is not null) return _text;
        var text = $"{Protocol}://{System}";
        if (Host is not null) text += $"@{Host}";
        if (Port is { } port) text += string.Create(CultureInfo.InvariantCulture, $":{port}");
        return _text = text;
    }

    public bool Equals(Address? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol);

    public override bool Equals(object? obj) => Equals(obj as Address);

    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    public int CompareTo(Address? other) => Compare(this, other);

    int IComparable.CompareTo(object? obj) => obj switch
    {
        null => 1,
        Address other => Compare(this, other),
        _ => throw new ArgumentException($"Cannot compare an Address with a {obj.GetType()}.", nameof(obj)),
    };

    public object Clone() => new Address(Protocol, System, Host, Port);

    public static bool operator ==(Address? left, Address? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Address? left, Address? right) => !(left == right);

    /// <exception cref="UriFormatException">The text isn't an actor system's address.</exception>
    public static Address Parse(string address) =>
        TryParse(address.AsSpan(), out var parsed, out _)
            ? parsed
            : throw new UriFormatException($"'{address}' is not an actor system's address (protocol://system@host:port).");

    public static bool TryParse(string path, out Address address) => TryParse(path.AsSpan(), out address, out _);

    public static bool TryParse(ReadOnlySpan<char> span, out Address address) => TryParse(span, out address, out _);

    public static bool TryParse(string path, out Address address, out string absolutUri)
    {
        var parsed = TryParse(path.AsSpan(), out address, out var rest);
        absolutUri = rest.ToString();
        return parsed;
    }

    /// <summary>Reads the address at the start of a path; <paramref name="absolutUri"/> gets the rest, from its slash on ("/" when there's none).</summary>
    public static bool TryParse(ReadOnlySpan<char> span, out Address address, out ReadOnlySpan<char> absolutUri)
    {
        address = null!;
        absolutUri = default;
        var protocolEnd = span.IndexOf("://", StringComparison.Ordinal);
        if (protocolEnd <= 0) return false;
        var protocol = span[..protocolEnd];
        if (protocol[0] is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))) return false;
        var rest = span[(protocolEnd + 3)..];
        var slash = rest.IndexOf('/');
        absolutUri = slash < 0 ? "/" : rest[slash..];
        var authority = slash < 0 ? rest : rest[..slash];
        if (authority.IsEmpty) return false;
        var at = authority.IndexOf('@');
        if (at < 0)
        {
            if (authority.Contains(':')) return false;
            address = new Address(protocol.ToString(), authority.ToString());
            return true;
        }

        if (at == 0 || at == authority.Length - 1) return false;
        var system = authority[..at].ToString();
        var hostPort = authority[(at + 1)..];
        // An IPv6 host stands in brackets, so the port's colon is the one after them.
        var hostEnd = hostPort[0] == '[' ? hostPort.IndexOf(']') + 1 : hostPort.IndexOf(':');
        if (hostEnd == 0) return false;
        if (hostEnd < 0) hostEnd = hostPort.Length;
        int? port = null;
        if (hostEnd < hostPort.Length)
        {
            if (hostPort[hostEnd] != ':'
                || !int.TryParse(hostPort[(hostEnd + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number > ushort.MaxValue) return false;
            port = number;
        }

        address = new Address(protocol.ToString(), system, hostPort[..hostEnd].ToString(), port);
        return true;
    }

    private static int Compare(Address? left, Address? right)
    {
        if (ReferenceEquals(left, right)) return 0;
        if (left is null) return -1;
        if (right is null) return 1;
        var result = string.CompareOrdinal(left.Protocol, right.Protocol);
        if (result == 0) result = string.CompareOrdinal(left.System, right.System);
        if (result == 0) result = string.CompareOrdinal(left.Host ?? "", right.Host ?? "");
        return result != 0 ? result : (left.Port ?? 0).CompareTo(right.Port ?? 0);
    }
}
