namespace Akka.Configuration.Hocon;

/// <summary>HOCON (github.com/lightbend/config, HOCON.md), as far as Akka.NET 1.5 reads it.</summary>
internal sealed class HoconParser
{
    // Deeper nesting than any configuration has would otherwise end in a stack overflow.
    private const int MaximumDepth = 200;

    private readonly HoconReader _reader;
    private readonly Func<string, HoconRoot>? _include;
    private int _depth;

    private HoconParser(string text, Func<string, HoconRoot>? include)
    {
        _reader = new HoconReader(text);
        _include = include;
    }

    public static HoconRoot Parse(string text, Func<string, HoconRoot>? include)
    {
        ArgumentNullException.ThrowIfNull(text);
        var root = new HoconParser(text, include).ParseDocument();
        return new HoconRoot(new HoconValue(new HoconResolver(root).Resolve(), root.Position));
    }

    private ObjectNode ParseDocument()
    {
        _reader.SkipToContent();
        var root = new ObjectNode(_reader.Position);
        if (_reader.Take('{'))
        {
            ParseMembers(root);
            if (!_reader.Take('}'))
                throw _reader.Unexpected($"the '}}' that closes the object of line {root.Position.Line}");
            _reader.SkipToContent();
        }
        else
        {
            ParseMembers(root);
        }

        return _reader.AtEnd ? root : throw _reader.Unexpected("the end of the text");
    }

    /// <summary>Up to the closing brace, or the end of the text.</summary>
    private void ParseMembers(ObjectNode owner)
    {
        while (true)
        {
            _reader.SkipToContent();
            if (_reader.AtEnd || _reader.Current == '}')
                return;
            ParseMember(owner);
            var newLine = _reader.SkipToContent();
            if (!_reader.Take(',') && !newLine && !_reader.AtEnd && _reader.Current != '}')
                throw _reader.Unexpected("a comma, a new line or '}'");
        }
    }

    private void ParseMember(ObjectNode owner)
    {
        if (_reader.Looking("include ") || _reader.Looking("include\""))
        {
            ParseInclude(owner);
            return;
        }

        var path = ParseKey();
        _reader.SkipToContent();
        if (_reader.Current == '{')
        {
            owner.Set(path, ParseValue());
        }
        else if (_reader.Looking("+="))
        {
            _reader.Skip(2);
            _reader.SkipToContent();
            owner.Set(path, new AppendNode(ParseValue()));
        }
        else if (_reader.Take('=') || _reader.Take(':'))
        {
            _reader.SkipToContent();
            owner.Set(path, ParseValue());
        }
        else
        {
            throw _reader.Unexpected($"'=', ':', '+=' or '{{' after the key '{ConfigPath.Join(path)}'");
        }
    }

    private string[] ParseKey()
    {
        var elements = new List<string>(4);
        while (true)
        {
            var position = _reader.Position;
            string element;
            if (_reader.Current == '"')
            {
                element = _reader.TakeQuoted();
                _reader.TakeBlanks();
            }
            else
            {
                element = _reader.TakeUnquoted(key: true);
                // Blanks inside an unquoted key belong to it, those around it don't.
                for (var blanks = _reader.TakeBlanks(); element.Length > 0 && blanks.Length > 0; blanks = _reader.TakeBlanks())
                {
                    var more = _reader.TakeUnquoted(key: true);
                    if (more.Length == 0)
                        break;
                    element += blanks + more;
                }

                if (element.Length == 0)
                    throw elements.Count == 0 ? _reader.Unexpected("a key") : position.Error($"A key is missing after '{ConfigPath.Join(elements)}.'");
            }

            elements.Add(element);
            if (!_reader.Take('.'))
                return [.. elements];
            _reader.TakeBlanks();
        }
    }

    /// <summary>One value: pieces up to a comma, the end of the line, or what closes the container.</summary>
    private HoconNode ParseValue()
    {
        var pieces = new List<HoconNode>(1);
        while (true)
        {
            var position = _reader.Position;
            var blanks = _reader.TakeBlanks();
            if (_reader.AtEnd || _reader.AtComment || _reader.Current is '\n' or ',' or '}' or ']')
                break;
            if (blanks.Length > 0 && pieces.Count > 0)
                pieces.Add(new LiteralNode(blanks, quoted: false, position));
            pieces.Add(ParsePiece());
        }

        return pieces.Count switch
        {
            0 => throw _reader.Unexpected("a value"),
            1 when pieces[0] is LiteralNode { Quoted: false, Text: "null" } word => new LiteralNode(null, quoted: false, word.Position),
            1 => pieces[0],
            _ => pieces.TrueForAll(p => p is LiteralNode) ? Join(pieces) : new ConcatenationNode(pieces),
        };
    }

    private static LiteralNode Join(List<HoconNode> pieces) =>
        new(string.Concat(pieces.Select(p => ((LiteralNode)p).Text)), pieces.Exists(p => ((LiteralNode)p).Quoted), pieces[0].Position);

    private HoconNode ParsePiece()
    {
        var position = _reader.Position;
        switch (_reader.Current)
        {
            case '{':
                return Nested(position, () =>
                {
                    _reader.Skip(1);
                    var node = new ObjectNode(position);
                    ParseMembers(node);
                    return _reader.Take('}') ? node : throw _reader.Unexpected($"the '}}' that closes the object of line {position.Line}, column {position.Column}");
                });
            case '[':
                return Nested(position, () => ParseArray(position));
            case '"':
                return new LiteralNode(_reader.TakeQuoted(), quoted: true, position);
            case '$' when _reader.Looking("${"):
                return ParseSubstitution(position);
        }

        var text = _reader.TakeUnquoted(key: false);
        return text.Length > 0 ? new LiteralNode(text, quoted: false, position) : throw _reader.Unexpected("a value (this character has to be quoted)");
    }

    private ArrayNode ParseArray(HoconPosition position)
    {
        _reader.Skip(1);
        var node = new ArrayNode(position);
        while (true)
        {
            _reader.SkipToContent();
            if (_reader.Take(']'))
                return node;
            if (_reader.AtEnd || _reader.Current == '}')
                throw _reader.Unexpected($"the ']' that closes the array of line {position.Line}, column {position.Column}");
            node.Elements.Add(ParseValue());
            var newLine = _reader.SkipToContent();
            if (!_reader.Take(',') && !newLine && _reader.Current != ']')
                throw _reader.Unexpected("a comma, a new line or ']'");
        }
    }

    private SubstitutionNode ParseSubstitution(HoconPosition position)
    {
        _reader.Skip(2);
        var optional = _reader.Take('?');
        _reader.TakeBlanks();
        var path = ParseKey();
        return _reader.Take('}') ? new SubstitutionNode(path, optional, position) : throw _reader.Unexpected("the '}' that closes the substitution");
    }

    private void ParseInclude(ObjectNode owner)
    {
        var position = _reader.Position;
        _reader.Skip("include".Length);
        _reader.TakeBlanks();
        if (_reader.Current != '"')
            throw _reader.Unexpected("a quoted name after include");
        var name = _reader.TakeQuoted();
        if (_include is null)
            throw position.Error($"\"{name}\" can't be included: this text was parsed without a way to find other texts");
        foreach (var (key, value) in _include(name).Value.GetObject().Members)
            owner.Set([key], ToNode(value));
    }

    private static HoconNode ToNode(HoconValue value)
    {
        if (!value.IsObject())
            return new ResolvedNode(value);
        var node = new ObjectNode(value.Position);
        foreach (var (key, member) in value.GetObject().Members)
            node.Members.Add(key, ToNode(member));
        return node;
    }

    private HoconNode Nested(HoconPosition position, Func<HoconNode> parse)
    {
        if (++_depth > MaximumDepth)
            throw position.Error($"Objects and arrays are nested deeper than {MaximumDepth} levels");
        var node = parse();
        _depth--;
        return node;
    }
}
