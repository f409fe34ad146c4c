using System.Globalization;
using System.Text;
using Topology.Fabric.Model;

namespace Topology.Fabric.Links;

/// <summary>
/// Reads the fabric link language:
/// <code>
/// link   = node arrow [ attributes ] ( node | live )
/// arrow  = "->" | "-->"
/// node   = name [ attributes ]
/// live   = "*" [ attributes ] "/" ( name [ attributes ] | "*" attributes )
/// attributes = "[" key "=" value { "," key "=" value } "]"
/// </code>
/// A name or value is bare, or in double quotes with \" and \\ inside. A bare whole number is an integer, a bare true or false a boolean.
/// </summary>
public static class FabricLinkParser
{
    /// <summary>Reads all links.</summary>
    /// <exception cref="FabricLinkException">One can't be read.</exception>
    public static IReadOnlyList<FabricLink> ParseAll(IEnumerable<string> links) => [.. links.Select(Parse)];

    /// <summary>Reads a link.</summary>
    /// <exception cref="FabricLinkException">It can't be read.</exception>
    public static FabricLink Parse(string link) => new Reader(link).Link();

    private ref struct Reader(string text)
    {
        private int _at;

        private readonly bool AtEnd => _at >= text.Length;

        public FabricLink Link()
        {
            SkipSpaces();
            if (Peek('*'))
            {
                throw Error("the left side of a link is a node of the fabric, '*' is for the right side");
            }

            var parent = Node();
            var layer2Only = Arrow();
            var metadata = Metadata.Empty.Set("Type", "fabric");
            SkipSpaces();
            if (Peek('['))
            {
                metadata = Attributes(metadata);
            }

            SkipSpaces();
            FabricTarget child = Peek('*') ? Live() : Node();
            SkipSpaces();
            if (!AtEnd)
            {
                throw Error(IsArrow() ? "a link has two ends, here a third begins" : $"'{text[_at]}' is more than a link");
            }

            return new FabricLink(text, parent, child, metadata, layer2Only);
        }

        private FabricNode Node()
        {
            var name = Name("a node's name");
            SkipSpaces();
            return new FabricNode(name, Peek('[') ? Attributes(Metadata.Empty) : Metadata.Empty);
        }

        private LiveNodes Live()
        {
            Expect('*', "");
            SkipSpaces();
            var parent = Peek('[') ? Attributes(Metadata.Empty) : Metadata.Empty;
            SkipSpaces();
            Expect('/', "'/' and the child's name should follow: *[Type=host]/eth1");
            SkipSpaces();
            if (Peek('*'))
            {
                _at++;
                SkipSpaces();
                if (!Peek('['))
                {
                    throw Error("the child should be a name or have attributes: */*[Type=device]");
                }

                return new LiveNodes(parent, Attributes(Metadata.Empty));
            }

            var name = Name("the child's name");
            SkipSpaces();
            var child = Metadata.Empty.Set("Name", name);
            return new LiveNodes(parent, Peek('[') ? Attributes(child) : child);
        }

        private bool Arrow()
        {
            SkipSpaces();
            if (!IsArrow())
            {
                throw Error(AtEnd ? "'->' or '-->' and a second end should follow" : $"'->' or '-->' should be here, not '{text[_at]}'");
            }

            var layer2Only = text[_at + 1] == '-';
            _at += layer2Only ? 3 : 2;
            return layer2Only;
        }

        private Metadata Attributes(Metadata metadata)
        {
            Expect('[', "");
            do
            {
                SkipSpaces();
                if (Peek(']'))
                {
                    throw Error("an attribute, key=value, should be here");
                }

                var key = Word("an attribute's key", "=,[]", out _);
                SkipSpaces();
                Expect('=', $"'=' and a value should follow the key '{key}'");
                SkipSpaces();
                var value = Word($"a value for '{key}'", ",[]", out var quoted);
                metadata = metadata.Set(key, quoted ? value : Bare(value));
                SkipSpaces();
            }
            while (TryTake(','));
            Expect(']', "',' or ']' should be here");
            return metadata;
        }

        private string Name(string what) => Word(what, "[]", out _);

        // A word ends where one of the stops, an arrow or the text does; spaces around it aren't part of it.
        private string Word(string what, string stops, out bool quoted)
        {
            SkipSpaces();
            quoted = Peek('"');
            if (quoted)
            {
                return Quoted();
            }

            var start = _at;
            while (!AtEnd && !stops.Contains(text[_at], StringComparison.Ordinal) && text[_at] != '"' && !IsArrow())
            {
                _at++;
            }

            var word = text[start.._at].TrimEnd();
            return word.Length > 0 ? word : throw Error($"{what} should be here");
        }

        private string Quoted()
        {
            var start = _at++;
            var word = new StringBuilder();
            while (!AtEnd && text[_at] != '"')
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                {
                    _at++;
                }

                word.Append(text[_at++]);
            }

            if (AtEnd)
            {
                _at = start;
                throw Error("this quote has no end");
            }

            _at++;
            return word.Length > 0 ? word.ToString() : throw Error("an empty name says nothing");
        }

        private static MetaValue Bare(string value) => value switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number.ToString(CultureInfo.InvariantCulture) == value => number,
            _ => value,
        };

        private readonly bool IsArrow() =>
            text.AsSpan(_at).StartsWith("->", StringComparison.Ordinal) || text.AsSpan(_at).StartsWith("-->", StringComparison.Ordinal);

        private readonly bool Peek(char c) => !AtEnd && text[_at] == c;

        private bool TryTake(char c)
        {
            if (!Peek(c))
            {
                return false;
            }

            _at++;
            return true;
        }

        private void Expect(char c, string otherwise)
        {
            if (!TryTake(c))
            {
                throw Error(otherwise);
            }
        }

        private void SkipSpaces()
        {
            while (!AtEnd && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        private readonly FabricLinkException Error(string reason) => new(text, _at + 1, reason);
    }
}
