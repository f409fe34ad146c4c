namespace Akka.Configuration;

/// <summary>
/// Walks a dotted path element by element without allocating: <c>akka.actor."My.Type, Asm"</c> has the elements
/// <c>akka</c>, <c>actor</c> and <c>My.Type, Asm</c>.
/// </summary>
internal ref struct ConfigPath
{
    private ReadOnlySpan<char> _rest;
    private bool _done;

    public ConfigPath(ReadOnlySpan<char> path)
    {
        _rest = path;
        _done = false;
        Current = default;
    }

    public ReadOnlySpan<char> Current { get; private set; }

    public bool MoveNext()
    {
        if (_done)
            return false;
        if (!_rest.IsEmpty && _rest[0] == '"')
        {
            var end = _rest[1..].IndexOf('"');
            if (end < 0)
                throw new ConfigurationException($"The path '{_rest}' opens a quote that nothing closes.");
            Current = _rest.Slice(1, end);
            var after = _rest[(end + 2)..];
            if (after.IsEmpty)
                _done = true;
            else if (after[0] == '.')
                _rest = after[1..];
            else
                throw new ConfigurationException($"In the path '{_rest}' a dot is missing after the closing quote.");
            return true;
        }

        var dot = _rest.IndexOf('.');
        if (dot < 0)
        {
            Current = _rest.Trim();
            _done = true;
        }
        else
        {
            Current = _rest[..dot].Trim();
            _rest = _rest[(dot + 1)..];
        }

        return true;
    }

    public static string[] Split(ReadOnlySpan<char> path)
    {
        var elements = new List<string>();
        var walk = new ConfigPath(path);
        while (walk.MoveNext())
            elements.Add(walk.Current.ToString());
        return [.. elements];
    }

    /// <summary>The path as it would be written: elements that hold more than letters, digits, '-' and '_' are quoted.</summary>
    public static string Join(IEnumerable<string> elements) => string.Join('.', elements.Select(Quote));

    public static string Quote(string element)
    {
        foreach (var c in element)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '_' or '/'))
                return $"\"{element}\"";
        }

        return element.Length == 0 ? "\"\"" : element;
    }
}
