using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Language;

/// <summary>
/// Reads Skydive's Gremlin:
/// <code>
/// query    = "G" { "." step }
/// steps    = step { "." step }
/// step     = name "(" [ argument { "," argument } ] ")", or "G" again
/// argument = text | number | "true" | "false" | name [ "(" … ")" ]
/// text     = '…' or "…", with \' \" \\ inside
/// </code>
/// Recursive descent with bounded depth, length and number of steps, so that no query can exhaust the reader.
/// </summary>
internal static class GremlinParser
{
    private const int MaxLength = 100_000;
    private const int MaxSteps = 256;
    private const int MaxDepth = 8;

    /// <summary>The steps after "G".</summary>
    /// <exception cref="GremlinException">The query can't be read.</exception>
    public static ImmutableArray<StepSyntax> Parse(string query) => Read(query).Query();

    /// <summary>Steps without the "G" before them.</summary>
    /// <exception cref="GremlinException">They can't be read.</exception>
    public static ImmutableArray<StepSyntax> ParseSteps(string steps) => Read(steps).Steps();

    private static Reader Read(string query) =>
        query.Length <= MaxLength
            ? new Reader(query)
            : throw new GremlinException(MaxLength + 1, $"a query may have {MaxLength} characters, this one has {query.Length}");

    private ref struct Reader(string text)
    {
        private int _at;

        private readonly bool AtEnd => _at >= text.Length;

        public ImmutableArray<StepSyntax> Query()
        {
            SkipSpaces();
            var start = _at;
            if (!Name().Equals("G", StringComparison.OrdinalIgnoreCase))
            {
                throw Error(start, "a query begins with G");
            }

            var steps = ImmutableArray.CreateBuilder<StepSyntax>();
            AddSteps(steps);
            return steps.ToImmutable();
        }

        public ImmutableArray<StepSyntax> Steps()
        {
            var steps = ImmutableArray.CreateBuilder<StepSyntax>();
            SkipSpaces();
            if (AtEnd)
            {
                throw Error(_at, "a step should be here");
            }

            steps.Add(Step());
            AddSteps(steps);
            return steps.ToImmutable();
        }

        private void AddSteps(ImmutableArray<StepSyntax>.Builder steps)
        {
            SkipSpaces();
            while (!AtEnd)
            {
                Expect('.', "'.' and a step");
                SkipSpaces();
                if (steps.Count == MaxSteps)
                {
                    throw Error(_at, $"a query may have {MaxSteps} steps");
                }

                steps.Add(Step());
                SkipSpaces();
            }
        }

        private StepSyntax Step()
        {
            var column = _at;
            var name = Name();
            if (name.Length == 0)
            {
                throw Error(column, column == 0 ? $"a step should be here, not {Here()}" : $"a step should follow '.', not {Here()}");
            }

            SkipSpaces();
            if (name.Equals("G", StringComparison.OrdinalIgnoreCase) && !Peek('('))
            {
                return new StepSyntax(name, column + 1, []);
            }

            if (!Peek('('))
            {
                throw Error(_at, $"'(' should follow the step {name}, not {Here()}");
            }

            return new StepSyntax(name, column + 1, Arguments(depth: 0));
        }

        private ImmutableArray<ArgumentSyntax> Arguments(int depth)
        {
            var open = _at;
            if (depth == MaxDepth)
            {
                throw Error(open, $"parentheses may nest {MaxDepth} deep");
            }

            Expect('(', "'('");
            var arguments = ImmutableArray.CreateBuilder<ArgumentSyntax>();
            SkipSpaces();
            if (!Peek(')'))
            {
                do
                {
                    SkipSpaces();
                    arguments.Add(Argument(depth));
                    SkipSpaces();
                }
                while (TryTake(','));
            }

            if (AtEnd)
            {
                throw Error(_at, string.Create(CultureInfo.InvariantCulture, $"the '(' of column {open + 1} has no ')'"));
            }

            Expect(')', "',' or ')'");
            return arguments.ToImmutable();
        }

        private ArgumentSyntax Argument(int depth)
        {
            var column = _at + 1;
            if (AtEnd)
            {
                throw Error(_at, "an argument or ')' should be here, not the end of the query");
            }

            if (text[_at] is '\'' or '"')
            {
                return new LiteralSyntax(column, Text());
            }

            if (char.IsAsciiDigit(text[_at]) || text[_at] is '-' or '+')
            {
                return new LiteralSyntax(column, Number());
            }

            var name = Name();
            if (name.Length == 0)
            {
                throw Error(_at, $"an argument should be here, not {Here()}");
            }

            if (name.Equals("true", StringComparison.OrdinalIgnoreCase))
            {
                return new LiteralSyntax(column, true);
            }

            if (name.Equals("false", StringComparison.OrdinalIgnoreCase))
            {
                return new LiteralSyntax(column, false);
            }

            SkipSpaces();
            return new CallSyntax(column, name, Peek('(') ? Arguments(depth + 1) : null);
        }

        private string Text()
        {
            var start = _at;
            var quote = text[_at++];
            var value = new StringBuilder();
            while (!AtEnd && text[_at] != quote)
            {
                // Any other backslash is part of the text: '\d' is how one writes it in a regular expression.
                if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\'' or '"' or '\\')
                {
                    _at++;
                }

                value.Append(text[_at++]);
            }

            if (AtEnd)
            {
                throw Error(start, "this text has no closing quote");
            }

            _at++;
            return value.ToString();
        }

        private MetaValue Number()
        {
            var start = _at++;
            while (!AtEnd && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || (text[_at] is '-' or '+' && text[_at - 1] is 'e' or 'E')))
            {
                _at++;
            }

            var word = text.AsSpan(start, _at - start);
            if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            {
                return integer;
            }

            return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw Error(start, $"'{word}' isn't a number");
        }

        private string Name()
        {
            var start = _at;
            while (!AtEnd && (char.IsAsciiLetter(text[_at]) || text[_at] == '_' || (_at > start && char.IsAsciiDigit(text[_at]))))
            {
                _at++;
            }

            return text[start.._at];
        }

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

        private void Expect(char c, string what)
        {
            if (!TryTake(c))
            {
                throw Error(_at, $"{what} should be here, not {Here()}");
            }
        }

        private void SkipSpaces()
        {
            while (!AtEnd && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        private readonly string Here() => AtEnd ? "the end of the query" : $"'{text[_at]}'";

        private static GremlinException Error(int at, string reason) => new(at + 1, reason);
    }
}
