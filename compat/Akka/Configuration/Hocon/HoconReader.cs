using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>The text under a cursor: blanks and comments, quoted and unquoted text, positions.</summary>
internal sealed class HoconReader(string text)
{
    private const string EndsUnquoted = "$\"{}[]:=,#`^?!@*&\\";

    // Lines are counted as far as positions were asked for.
    private int _counted;
    private int _line = 1;
    private int _lineStart;
    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;

    public bool AtEnd => _at >= text.Length;

    public char Current => _at < text.Length ? text[_at] : '\0';

    public HoconPosition Position => PositionOf(_at);

    public bool Looking(string at) => string.CompareOrdinal(text, _at, at, 0, at.Length) == 0;

    public void Skip(int count) => _at += count;

    public bool Take(char c)
    {
        if (AtEnd || text[_at] != c)
            return false;
        _at++;
        return true;
    }

    public bool AtComment => Current == '#' || (Current == '/' && Looking("//"));

    /// <summary>Blanks on this line; a comment isn't one.</summary>
    public string TakeBlanks()
    {
        var start = _at;
        while (!AtEnd && text[_at] != '\n' && IsBlank(text[_at]))
            _at++;
        return text[start.._at];
    }

    /// <summary>Blanks, line ends and comments; true if a line ended.</summary>
    public bool SkipToContent()
    {
        var newLine = false;
        while (!AtEnd)
        {
            if (AtComment)
            {
                while (!AtEnd && text[_at] != '\n')
                    _at++;
            }
            else if (text[_at] == '\n')
            {
                newLine = true;
                _at++;
            }
            else if (IsBlank(text[_at]))
            {
                _at++;
            }
            else
            {
                break;
            }
        }

        return newLine;
    }

    /// <summary>Unquoted text up to a blank or a character that means something; a key also ends at a dot and at +=.</summary>
    public string TakeUnquoted(bool key)
    {
        var start = _at;
        while (!AtEnd)
        {
            var c = text[_at];
            if (IsBlank(c) || EndsUnquoted.Contains(c, StringComparison.Ordinal) || AtComment || (key && (c == '.' || (c == '+' && Looking("+=")))))
                break;
            _at++;
        }

        return text[start.._at];
    }

    public string TakeQuoted()
    {
        var start = Position;
        if (Looking("\"\"\""))
            return TakeTripleQuoted(start);
        _at++;
        var result = new StringBuilder();
        while (true)
        {
            if (AtEnd || text[_at] == '\n')
                throw start.Error("The quote opened here is not closed on its line");
            var c = text[_at++];
            if (c == '"')
                return result.ToString();
            result.Append(c == '\\' ? TakeEscape() : c);
        }
    }

    public ConfigurationException Unexpected(string expected) =>
        Position.Error(AtEnd ? $"Expected {expected}, and the text ends" : $"Expected {expected}, and found '{(Current == '\n' ? "end of line" : Current)}'");

    private string TakeTripleQuoted(HoconPosition start)
    {
        _at += 3;
        var end = text.IndexOf("\"\"\"", _at, StringComparison.Ordinal);
        if (end < 0)
            throw start.Error("The triple quote opened here is not closed");
        // More quotes than three at the end belong to the text.
        while (end + 3 < text.Length && text[end + 3] == '"')
            end++;
        var result = text[_at..end];
        _at = end + 3;
        return result;
    }

    private char TakeEscape()
    {
        var position = PositionOf(_at - 1);
        var c = AtEnd ? '\0' : text[_at++];
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when _at + 4 <= text.Length && ushort.TryParse(text.AsSpan(_at, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code):
                _at += 4;
                return (char)code;
            default: throw position.Error($"'\\{c}' is not an escape sequence");
        }
    }

    private HoconPosition PositionOf(int at)
    {
        if (at < _counted)
            (_counted, _line, _lineStart) = (0, 1, 0);
        var end = Math.Min(at, text.Length);
        for (; _counted < end; _counted++)
        {
            if (text[_counted] != '\n')
                continue;
            _line++;
            _lineStart = _counted + 1;
        }

        return new HoconPosition(_line, end - _lineStart + 1);
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';
}
