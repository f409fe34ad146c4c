using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>How many of a key's values a predicate speaks of.</summary>
internal enum Quantifier
{
    /// <summary>One at least satisfies it.</summary>
    Any,

    /// <summary>None does, or there is none.</summary>
    None,

    /// <summary>There are some, and none does.</summary>
    PresentNone,
}

/// <summary>A predicate of an argument: a test of one value, and of how many values of a key it's asked.</summary>
internal sealed record Predicate(Quantifier Quantifier, Func<MetaValue, bool> Test)
{
    /// <summary>Of equality: to what.</summary>
    public MetaValue[]? Wanted { get; init; }

    /// <summary>Of addresses in an IPv4 network: which.</summary>
    public IPNetwork? Network { get; init; }

    /// <summary>Whether a field of something satisfies it.</summary>
    public bool Holds(IFields fields, string key) => Quantifier switch
    {
        Quantifier.Any => fields.Any(key, Test),
        Quantifier.None => !fields.Any(key, Test),
        _ => fields.TryGet(key, out _) && !fields.Any(key, Test),
    };
}

/// <summary>Makes predicates of arguments: plain values, Ne, Nee, Lt, Lte, Gt, Gte, Inside, Outside, Between, Within, Without, Contains, Regex, IPV4Range, Since.</summary>
internal static class Predicates
{
    /// <summary>From so many texts on, one is looked up rather than compared with each.</summary>
    private const int ManyTexts = 8;

    /// <summary>Smaller numbers are durations: it's in 2001.</summary>
    private const long FirstUnixTime = 1_000_000_000;

    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(250);

    private static readonly string[] Names =
        ["Eq", "Ne", "Nee", "Lt", "Lte", "Gt", "Gte", "Inside", "Outside", "Between", "Within", "Without", "Contains", "Regex", "IPV4Range", "Since"];

    /// <summary>The predicate an argument stands for.</summary>
    public static Predicate Compile(ArgumentSyntax argument)
    {
        if (argument is LiteralSyntax literal)
        {
            return Equal(Quantifier.Any, [literal.Value]);
        }

        var call = (CallSyntax)argument;
        switch (call.Name.ToUpperInvariant())
        {
            case "EQ" or "CONTAINS":
                return Equal(Quantifier.Any, [One(call)]);
            case "NE":
                return Equal(Quantifier.PresentNone, [One(call)]);
            case "NEE":
                return Equal(Quantifier.None, [One(call)]);
            case "WITHIN":
                return Equal(Quantifier.Any, All(call));
            case "WITHOUT":
                return Equal(Quantifier.None, All(call));
            case "LT":
                return Limited(One(call), call, order => order < 0);
            case "LTE":
                return Limited(One(call), call, order => order <= 0);
            case "GT":
                return Limited(One(call), call, order => order > 0);
            case "GTE":
                return Limited(One(call), call, order => order >= 0);
            case "INSIDE":
                return Limited(Two(call), call, (from, to) => from > 0 && to < 0);
            case "BETWEEN":
                return Limited(Two(call), call, (from, to) => from >= 0 && to < 0);
            case "OUTSIDE":
                return Limited(Two(call), call, (from, to) => from < 0 || to > 0);
            case "REGEX":
                var pattern = Pattern(call);
                return new Predicate(Quantifier.Any, value => value.Kind == MetaKind.Text && IsMatch(pattern, value.Text, call));
            case "SINCE":
                return Since(call);
            case "IPV4RANGE":
                var network = Network(call);
                return new Predicate(Quantifier.Any, value => IsIn(network, value)) { Network = network };
            default:
                throw new GremlinException(call.Column, $"'{call.Name}' isn't a predicate{NearestName.Suggestion(Names, call.Name)} There are {string.Join(", ", Names)}");
        }
    }

    /// <summary>That a value is one of these.</summary>
    public static Predicate Equal(Quantifier quantifier, MetaValue[] wanted)
    {
        if (wanted is [var one])
        {
            return new Predicate(quantifier, value => Same(value, one)) { Wanted = wanted };
        }

        if (wanted.Length < ManyTexts || !Array.TrueForAll(wanted, w => w.Kind == MetaKind.Text))
        {
            return new Predicate(quantifier, value => Array.Exists(wanted, w => Same(value, w))) { Wanted = wanted };
        }

        var texts = wanted.Select(w => w.Text).ToHashSet(StringComparer.Ordinal);
        return new Predicate(quantifier, value => value.Kind == MetaKind.Text && texts.Contains(value.Text)) { Wanted = wanted };
    }

    /// <summary>Order of two values: numbers by size, texts by their characters, other kinds by kind.</summary>
    public static int Order(MetaValue left, MetaValue right)
    {
        if (IsNumber(left) && IsNumber(right))
        {
            return CompareNumbers(left, right);
        }

        if (left.Kind == MetaKind.Text && right.Kind == MetaKind.Text)
        {
            return string.CompareOrdinal(left.Text, right.Text);
        }

        return left.Kind == right.Kind ? string.CompareOrdinal(left.ToString(), right.ToString()) : left.Kind.CompareTo(right.Kind);
    }

    private static Predicate Limited(MetaValue limit, CallSyntax call, Func<int, bool> holds)
    {
        var number = Number(limit, call);
        return new Predicate(Quantifier.Any, value => TryNumber(value, out var own) && holds(CompareNumbers(own, number)));
    }

    private static Predicate Limited((MetaValue From, MetaValue To) limits, CallSyntax call, Func<int, int, bool> holds)
    {
        var (from, to) = (Number(limits.From, call), Number(limits.To, call));
        return new Predicate(Quantifier.Any, value => TryNumber(value, out var own) && holds(CompareNumbers(own, from), CompareNumbers(own, to)));
    }

    /// <summary>A number, or a text that is one, as Open vSwitch's options are: "7" or "0x7".</summary>
    public static bool TryNumber(MetaValue value, out MetaValue number)
    {
        number = value;
        if (value.Kind != MetaKind.Text)
        {
            return IsNumber(value);
        }

        var text = value.Text.AsSpan();
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (text.Length > 20 || !long.TryParse(isHex ? text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return false;
        }

        number = integer;
        return true;
    }

    /// <summary>Whether a time, in Unix milliseconds, isn't before a point: Since(60) and Since('1m') count back from when it's asked.</summary>
    public static Predicate Since(CallSyntax call)
    {
        var from = One(call) switch
        {
            { Kind: MetaKind.Integer, Integer: >= 0 and < FirstUnixTime and var seconds } => new PointInTime(null, TimeSpan.FromSeconds(-seconds)),
            { Kind: MetaKind.Integer, Integer: >= FirstUnixTime and var time } => PointInTime.OfUnix(time),
            { Kind: MetaKind.Text, Text: var text } when PointInTime.TryParse(text, out var point) => point.UnixMs is null ? point with { Offset = -point.Offset.Duration() } : point,
            _ => throw new GremlinException(call.Column, $"{call.Name} takes seconds, a duration like '5m', or a time like '2016-11-06T08:49:37Z'"),
        };
        return new Predicate(Quantifier.Any, value => value.Kind == MetaKind.Integer && value.Integer >= from.At(DateTimeOffset.UtcNow));
    }

    private static bool Same(MetaValue value, MetaValue wanted) => value == wanted || (IsNumber(wanted) && TryNumber(value, out var number) && CompareNumbers(number, wanted) == 0);

    private static bool IsNumber(MetaValue value) => value.Kind is MetaKind.Integer or MetaKind.Double;

    private static int CompareNumbers(MetaValue left, MetaValue right) => (left.Kind, right.Kind) switch
    {
        (MetaKind.Integer, MetaKind.Integer) => left.Integer.CompareTo(right.Integer),
        (MetaKind.Integer, _) => ((double)left.Integer).CompareTo(right.Double),
        (_, MetaKind.Integer) => left.Double.CompareTo(right.Integer),
        _ => left.Double.CompareTo(right.Double),
    };

    private static MetaValue One(CallSyntax call) =>
        call.Arguments is [LiteralSyntax literal] ? literal.Value : throw new GremlinException(call.Column, $"{call.Name} takes one value");

    private static (MetaValue From, MetaValue To) Two(CallSyntax call) =>
        call.Arguments is [LiteralSyntax from, LiteralSyntax to]
            ? (from.Value, to.Value)
            : throw new GremlinException(call.Column, $"{call.Name} takes two numbers");

    private static MetaValue[] All(CallSyntax call)
    {
        if (call.Arguments is not { } arguments)
        {
            throw new GremlinException(call.Column, $"{call.Name} takes values in parentheses");
        }

        return [.. arguments.Select(a => a is LiteralSyntax literal ? literal.Value : throw new GremlinException(a.Column, $"{call.Name} takes values only"))];
    }

    private static MetaValue Number(MetaValue value, CallSyntax call)
    {
        if (IsNumber(value))
        {
            return value;
        }

        return TryNumber(value, out var number)
            ? number
            : throw new GremlinException(call.Column, $"{call.Name} compares numbers, '{value}' isn't one");
    }

    private static Regex Pattern(CallSyntax call)
    {
        if (One(call) is not { Kind: MetaKind.Text, Text: var pattern })
        {
            throw new GremlinException(call.Column, $"{call.Name} takes a text");
        }

        try
        {
            // As in Skydive the pattern must match the whole value. Without backtracking the time is linear in the value's length.
            return new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, RegexTimeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new GremlinException(call.Column, $"the regular expression can't be used: {e.Message}");
        }
    }

    private static bool IsMatch(Regex regex, string text, CallSyntax call)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new GremlinException(call.Column, "the regular expression takes too long");
        }
    }

    private static IPNetwork Network(CallSyntax call)
    {
        if (One(call) is { Kind: MetaKind.Text, Text: var text } && Networks.TryParseIPv4(text, out var parsed))
        {
            return parsed;
        }

        throw new GremlinException(call.Column, $"{call.Name} takes an IPv4 network like '10.0.0.0/24'");
    }

    private static bool IsIn(IPNetwork network, MetaValue value)
    {
        if (value.Kind != MetaKind.Text)
        {
            return false;
        }

        var slash = value.Text.IndexOf('/', StringComparison.Ordinal);
        return IPAddress.TryParse(slash < 0 ? value.Text : value.Text.AsSpan(0, slash), out var address) && network.Contains(address);
    }
}
