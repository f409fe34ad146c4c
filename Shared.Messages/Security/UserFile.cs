using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;
using Shared.Messages.Configuration;

namespace Shared.Messages.Security;

/// <summary>
/// The users' file: lines name:hash:role, role being viewer, operator or admin, with ",rawpackets" for that right. Blank lines
/// and lines that begin with # say nothing. The hash is ASP.NET Core Identity's.
/// </summary>
internal sealed class UserFile
{
    /// <summary>OWASP's for PBKDF2 with HMAC-SHA-512.</summary>
    private const int Iterations = 210_000;

    private const string RawPackets = "rawpackets";

    private static readonly PasswordHasher<User> Hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    private readonly string _path;
    private readonly Lock _gate = new();
    private FrozenDictionary<string, Entry> _entries;
    private (DateTime Written, long Length) _stamp;
    private long _lookedAt;

    private UserFile(string path, FrozenDictionary<string, Entry> entries, (DateTime Written, long Length) stamp)
    {
        _path = path;
        _entries = entries;
        _stamp = stamp;
    }

    /// <summary>A user with his password's hash.</summary>
    internal sealed record Entry(User User, string Hash);

    /// <summary>Why the file as it is now isn't taken; null when it is. The users before stay meanwhile.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="SkydiveConfigException">It can't be read, or is no users' file.</exception>
    public static UserFile Open(string path)
    {
        var stamp = StampOf(path);
        return new UserFile(path, Read(path), stamp);
    }

    /// <summary>The user of that name now; null when there is none.</summary>
    public Entry? Find(string name)
    {
        lock (_gate)
        {
            LookAgain();
            return _entries.GetValueOrDefault(name);
        }
    }

    /// <summary>A password's hash, with a salt of its own.</summary>
    public static string Hash(string password) => Hasher.HashPassword(User.Anybody, password);

    /// <summary>Whether a password is the one of that hash. Takes a tenth of a second, by design.</summary>
    public static bool IsPassword(string hash, string password) => Hasher.VerifyHashedPassword(User.Anybody, hash, password) != PasswordVerificationResult.Failed;

    /// <summary>A user's line.</summary>
    public static string Line(User user, string hash) =>
        $"{user.Name}:{hash}:{user.Role.ToString().ToLowerInvariant()}{(user.RawPackets ? "," + RawPackets : "")}";

    /// <summary>Whether somebody can have that name.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && !name.StartsWith('#') && name.All(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && c != ':');

    /// <summary>Reads lines.</summary>
    /// <exception cref="FormatException">One is none.</exception>
    internal static Dictionary<string, Entry> Parse(IEnumerable<string> lines)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var parts = line.Split(':');
            if (parts.Length != 3 || !IsName(parts[0]) || !IsHash(parts[1]) || RoleOf(parts[2]) is not { } role)
            {
                throw new FormatException($"line {number} should be name:hash:role, as ./skydive user writes it");
            }

            if (!entries.TryAdd(parts[0], new Entry(new User(parts[0], role.Role, role.RawPackets), parts[1])))
            {
                throw new FormatException($"line {number}: {parts[0]} has a line already");
            }
        }

        return entries;
    }

    // Once a second: a user who's gone, or may less, is so at once to people.
    private void LookAgain()
    {
        var now = Environment.TickCount64;
        if (now - _lookedAt < 1000)
        {
            return;
        }

        _lookedAt = now;
        try
        {
            var stamp = StampOf(_path);
            if (stamp != _stamp)
            {
                _entries = Read(_path);
                _stamp = stamp;
            }

            Problem = null;
        }
        catch (SkydiveConfigException e)
        {
            if (Problem != e.Message)
            {
                Serilog.Log.ForContext(Serilog.Core.Constants.SourceContextPropertyName, "users").Error("{Problem:l}; the users before stay", e.Message);
            }

            Problem = e.Message;
        }
    }

    private static FrozenDictionary<string, Entry> Read(string path)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                throw new FormatException("others may write it: chmod go-w");
            }

            return Parse(File.ReadLines(path)).ToFrozenDictionary(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new SkydiveConfigException("skydive.users.file", path, $"isn't a users' file that can be taken: {e.Message}", e);
        }
    }

    private static (DateTime Written, long Length) StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static bool IsHash(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 16;
    }

    private static (Role Role, bool RawPackets)? RoleOf(string text)
    {
        var words = text.Split(',');
        (Role, bool)? role = words[0] switch
        {
            "viewer" => (Role.Viewer, words.Length == 2),
            "operator" => (Role.Operator, words.Length == 2),
            "admin" => (Role.Admin, words.Length == 2),
            _ => null,
        };
        return words.Length == 1 || words is [_, RawPackets] ? role : null;
    }
}
