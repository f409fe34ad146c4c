using Shared.Messages.Configuration;

namespace Shared.Messages.Tests.Docs;

/// <summary>A key of reference.conf.</summary>
/// <param name="Section">The section it's in, as a path.</param>
/// <param name="Name">Its name in the section; "&lt;name>" where users choose it.</param>
/// <param name="Default">As it's written.</param>
/// <param name="Meaning">The comment above it; empty when it shares the one of the key before.</param>
internal sealed record ReferenceKey(string Section, string Name, string Default, string Meaning)
{
    public string Path => $"{Section}.{Name}";
}

/// <summary>A section of reference.conf that has keys of its own, with the comment above it.</summary>
internal sealed record ReferenceSection(string Path, string Meaning, IReadOnlyList<ReferenceKey> Keys);

/// <summary>reference.conf with its comments, which HOCON's parser leaves out: one key, section or comment a line.</summary>
internal sealed class ReferenceConf
{
    private readonly List<(string Name, string Meaning, List<ReferenceKey> Keys)> _open = [];
    private readonly List<ReferenceSection> _sections = [];
    private readonly List<string> _comment = [];
    private string _intro = "";
    // Whether the key before is on the line before: then its comment is this one's as well.
    private bool _follows;

    private ReferenceConf()
    {
    }

    /// <summary>What stands above everything.</summary>
    public string Intro => _intro;

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ReferenceSection> Sections => _sections;

    private string Here => string.Join('.', _open.Select(section => section.Name));

    public static ReferenceConf Read()
    {
        using var stream = typeof(SkydiveConfig).Assembly.GetManifestResourceStream("Shared.Messages.Configuration.reference.conf")!;
        using var reader = new StreamReader(stream);
        var conf = new ReferenceConf();
        while (reader.ReadLine() is { } line)
        {
            conf.Take(line.Trim());
        }

        return conf;
    }

    private void Take(string line)
    {
        if (line.StartsWith('#'))
        {
            if (_follows)
            {
                _comment.Clear();
            }

            _follows = false;
            _comment.Add(line.TrimStart('#').Trim());
            return;
        }

        if (line.Length == 0)
        {
            _comment.Clear();
            _follows = false;
        }
        else if (line == "}")
        {
            Close();
        }
        else if (line.EndsWith('{'))
        {
            Open(line[..^1].Trim());
        }
        else
        {
            Add(line);
        }
    }

    private void Open(string name)
    {
        var meaning = TakeComment();
        if (_open.Count == 0)
        {
            (_intro, meaning) = (meaning, "");
        }
        // The ports of TCP and UDP are spoken of above both.
        else if (meaning.Length == 0 && IsFree($"{Here}.{name}"))
        {
            meaning = _open[^1].Meaning;
        }

        _open.Add((name, meaning, []));
        _sections.Add(new ReferenceSection(Here, meaning, _open[^1].Keys));
    }

    private void Close()
    {
        var (_, meaning, keys) = _open[^1];
        if (IsFree(Here) && keys.Count > 0)
        {
            var written = string.Join(", ", keys.Select(key => $"{key.Name} = {key.Default}"));
            keys.Clear();
            keys.Add(new ReferenceKey(Here, "<name>", written, meaning));
        }

        _open.RemoveAt(_open.Count - 1);
        _comment.Clear();
        _follows = false;
    }

    private void Add(string line)
    {
        var meaning = _follows ? "" : TakeComment();
        _follows = true;
        if (line.EndsWith("{}", StringComparison.Ordinal))
        {
            var name = line[..^2].Trim();
            _open[^1].Keys.Add(IsFree($"{Here}.{name}") ? new ReferenceKey($"{Here}.{name}", "<name>", "", meaning) : new ReferenceKey(Here, name, "{}", meaning));
            return;
        }

        var equals = line.IndexOf('=', StringComparison.Ordinal);
        equals.ShouldBeGreaterThan(0, $"a line of reference.conf that is no key: {line}");
        _open[^1].Keys.Add(new ReferenceKey(Here, line[..equals].Trim(), line[(equals + 1)..].Trim(), meaning));
    }

    private string TakeComment()
    {
        var comment = string.Join(' ', _comment);
        _comment.Clear();
        return comment;
    }

    /// <summary>Whether the keys of a section are the user's own: then no key of it is unknown.</summary>
    private static bool IsFree(string section) => SkydiveConfig.Parse($"{section}.no-such-key = 1").UnknownKeys.Count == 0;
}
