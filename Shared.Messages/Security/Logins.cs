using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Shared.Messages.Configuration;

namespace Shared.Messages.Security;

/// <summary>What came of a name and a password.</summary>
internal enum LoginResult
{
    /// <summary>They are a user's.</summary>
    Welcome,

    /// <summary>They aren't.</summary>
    Wrong,

    /// <summary>Too many tries from there, or at once: nobody looked.</summary>
    TooMany,
}

/// <summary>
/// Finds out who somebody is, by a password or a login's token. To look at a password costs CPU time by design: one at a time,
/// with a short queue, and few wrong ones from one address.
/// </summary>
internal sealed class Logins : IDisposable
{
    private const int MostWaiting = 16;
    private const int MostSessions = 10_000;
    private const int MostKnown = 1_024;
    private const int MostAddresses = 10_000;

    /// <summary>Wrong passwords from one address within <see cref="Forgiven"/>; then it waits.</summary>
    private const int MostWrong = 10;

    private static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);

    /// <summary>Looked at for names nobody has, so that these take as long.</summary>
    private static readonly Lazy<string> Nobody = new(() => UserFile.Hash("nobody"));

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly TimeProvider _time;
    private readonly UserFile? _file;
    private readonly UsersOptions _options;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Bounded<string, Session> _sessions = new(MostSessions);
    private readonly Bounded<string, DateTimeOffset> _known = new(MostKnown);
    private readonly Bounded<IPAddress, Tries> _tries = new(MostAddresses);
    private int _waiting;

    /// <exception cref="SkydiveConfigException">The users' file can't be taken.</exception>
    public Logins(UsersOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _file = options.File.Length > 0 ? UserFile.Open(options.File) : null;
    }

    private sealed record Session(string Name, string Hash, DateTimeOffset Ends);

    private sealed record Tries(int Wrong, DateTimeOffset Since);

    /// <summary>Whoever comes is asked who he is.</summary>
    public bool AreAsked => _options.AreAsked;

    /// <summary>Looks at a name and a password.</summary>
    /// <param name="name">As given.</param>
    /// <param name="password">As given.</param>
    /// <param name="from">Where they come from.</param>
    /// <param name="stop">Nobody waits for it any more.</param>
    public async Task<(LoginResult Result, User? User)> LookAsync(string name, string password, IPAddress from, CancellationToken stop)
    {
        // First: a guess that's right must not be told from one that isn't looked at.
        var now = _time.GetUtcNow();
        if (_tries.TryGet(from, out var tries) && tries.Wrong >= MostWrong && now - tries.Since < Forgiven)
        {
            return (LoginResult.TooMany, null);
        }

        var entry = _file?.Find(name);
        var known = KnownBy(name, password, entry?.Hash ?? "");
        if (entry is not null && _known.TryGet(known, out var until) && now < until)
        {
            return (LoginResult.Welcome, entry.User);
        }

        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return (LoginResult.TooMany, null);
        }

        try
        {
            await _turn.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                // Not on the caller's thread, which others' requests need.
                var isRight = await Task.Run(() => UserFile.IsPassword(entry?.Hash ?? Nobody.Value, password), stop).ConfigureAwait(false);
                if (isRight && entry is not null)
                {
                    _known.Set(known, now + KnownFor);
                    return (LoginResult.Welcome, entry.User);
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        _tries.Set(from, tries is null || now - tries.Since >= Forgiven ? new Tries(1, now) : tries with { Wrong = tries.Wrong + 1 });
        return (LoginResult.Wrong, null);
    }

    /// <summary>A token that stands for a user until his session ends, his password changes, or he logs out.</summary>
    public string Begin(User user)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _sessions.Set(Digest(token), new Session(user.Name, _file?.Find(user.Name)?.Hash ?? "", _time.GetUtcNow() + _options.Session));
        return token;
    }

    /// <summary>Whose token it is; null when it's nobody's any more.</summary>
    public User? Of(string token) =>
        _sessions.TryGet(Digest(token), out var session) && _time.GetUtcNow() < session.Ends && _file?.Find(session.Name) is { } entry && entry.Hash == session.Hash ? entry.User : null;

    /// <summary>Whether somebody who was let in still would be.</summary>
    /// <param name="user">As he was let in.</param>
    /// <param name="token">What he came with; null: a password, or a proxy's word.</param>
    public bool IsStillKnown(User user, string? token) =>
        !AreAsked || (token is not null ? Of(token) is not null : _file?.Find(user.Name) is not null || _options.ProxyRole.Length > 0);

    /// <summary>Ends a token.</summary>
    public void End(string token) => _sessions.Remove(Digest(token));

    /// <summary>Who a proxy says somebody is; null when the address is no proxy's, or nobody has that name.</summary>
    public User? OfProxy(IPAddress proxy, string name)
    {
        var address = proxy.IsIPv4MappedToIPv6 ? proxy.MapToIPv4() : proxy;
        if (!UserFile.IsName(name) || !_options.ProxyAddresses.Any(network => network.Contains(address)))
        {
            return null;
        }

        return _file?.Find(name)?.User ?? (_options.ProxyRole.Length > 0 ? new User(name, Enum.Parse<Role>(_options.ProxyRole, ignoreCase: true), RawPackets: false) : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // A password that was right is known again without being kept.
    private string KnownBy(string name, string password, string hash) => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name}\0{hash}\0{password}")));

    private static string Digest(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>As many as there may be; the one that came first goes first.</summary>
    private sealed class Bounded<TKey, TValue>(int most)
        where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, TValue> _values = new();
        private readonly ConcurrentQueue<TKey> _order = new();

        public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

        public void Set(TKey key, TValue value)
        {
            if (_values.TryAdd(key, value))
            {
                _order.Enqueue(key);
                while (_order.Count > most && _order.TryDequeue(out var oldest))
                {
                    _values.TryRemove(oldest, out _);
                }
            }
            else
            {
                _values[key] = value;
            }
        }

        public void Remove(TKey key) => _values.TryRemove(key, out _);
    }
}
