using System.Collections.Immutable;
using System.Globalization;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>A step's arguments, read as what the step needs; what doesn't fit is an error at its column.</summary>
internal readonly struct Arguments(StepSyntax step)
{
    public string Step => step.Name;

    public int Column => step.Column;

    public int Count => step.Arguments.Length;

    /// <summary>Where an argument begins.</summary>
    public int ColumnOf(int index) => step.Arguments[index].Column;

    public void None()
    {
        if (Count > 0)
        {
            throw Wrong(step.Arguments[0].Column, "takes no arguments");
        }
    }

    public void Between(int min, int max, string what)
    {
        if (Count < min || Count > max)
        {
            throw Wrong(step.Column, $"takes {what}, not {Count.ToString(CultureInfo.InvariantCulture)} arguments");
        }
    }

    public string Text(int index) => step.Arguments[index] is LiteralSyntax { Value: { Kind: MetaKind.Text, Text: var text } }
        ? text
        : throw Wrong(step.Arguments[index].Column, "takes a text here");

    public int Index(int index) => step.Arguments[index] is LiteralSyntax { Value: { Kind: MetaKind.Integer, Integer: var number } } && number >= 0
        ? (int)Math.Min(number, int.MaxValue)
        : throw Wrong(step.Arguments[index].Column, "takes a whole number from 0 here");

    public IReadOnlyList<string> Texts()
    {
        var self = this;
        return [.. Enumerable.Range(0, Count).Select(i => self.Text(i))];
    }

    public string? Word(int index) => step.Arguments[index] is CallSyntax { Arguments: null, Name: var word } ? word.ToUpperInvariant() : null;

    /// <summary>A point in time: NOW, a text of it, or Unix seconds or milliseconds.</summary>
    public PointInTime Time(int index) => step.Arguments[index] switch
    {
        CallSyntax when Word(index) == "NOW" => PointInTime.Now,
        LiteralSyntax { Value: { Kind: MetaKind.Integer, Integer: >= 0 and var time } } => PointInTime.OfUnix(time),
        LiteralSyntax { Value: { Kind: MetaKind.Text, Text: var text } } when PointInTime.TryParse(text, out var point) => point,
        var other => throw Wrong(other.Column, "takes a time here: NOW, '-5m', 'Sun, 06 Nov 2016 08:49:37 GMT', '2016-11-06T08:49:37Z', or Unix seconds"),
    };

    /// <summary>A duration: seconds, or a text like '5m'; null is FOREVER.</summary>
    public TimeSpan? Duration(int index) => step.Arguments[index] switch
    {
        CallSyntax when Word(index) == "FOREVER" => null,
        LiteralSyntax { Value: { Kind: MetaKind.Integer, Integer: >= 0 and <= int.MaxValue and var seconds } } => TimeSpan.FromSeconds(seconds),
        LiteralSyntax { Value: { Kind: MetaKind.Text, Text: var text } } when PointInTime.TryDuration(text, out var duration) => duration.Duration(),
        var other => throw Wrong(other.Column, "takes a duration here: seconds, '5m', or FOREVER"),
    };

    /// <summary>Keys and values of which one must hold, and a number after them; both if wanted.</summary>
    public (Condition? Either, int? Number) EitherAndNumber()
    {
        var pairs = Count / 2 * 2;
        var either = pairs == 0 ? null : new Arguments(step with { Arguments = step.Arguments[..pairs] }).Either();
        return (either, pairs < Count ? Index(pairs) : null);
    }

    /// <summary>The predicate that's the argument, if it's one of this name, and the arguments after it.</summary>
    public (Predicate? First, Arguments Others) SplitOff(string name) => Count > 0 && step.Arguments[0] is CallSyntax call && call.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        ? (Predicates.Compile(call), new Arguments(step with { Arguments = step.Arguments.RemoveAt(0) }))
        : (null, this);

    /// <summary>The arguments as those of a predicate of the step's name.</summary>
    public CallSyntax Call() => new(step.Column, step.Name, step.Arguments);

    /// <summary>Key and predicate pairs, all of which must hold; a key alone asks for its presence; nothing is always true.</summary>
    public Condition All(Func<string, int, string>? checkKey = null)
    {
        var conditions = Conditions(checkKey);
        return conditions is [var one] ? one : new Condition.AllOf(conditions);
    }

    /// <summary>Key and predicate pairs, one of which must hold.</summary>
    public Condition Either(Func<string, int, string>? checkKey = null) => new Condition.OneOf(Conditions(checkKey));

    /// <summary>An argument Metadata('key', predicate, …) as a condition.</summary>
    public Condition Metadata(int index)
    {
        if (step.Arguments[index] is not CallSyntax { Arguments: { } inner } call || !call.Name.Equals("Metadata", StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(step.Arguments[index].Column, "takes Metadata('key', value, …) here");
        }

        return inner.IsEmpty
            ? throw Wrong(call.Column, "takes Metadata with a key and a value at least")
            : new Arguments(new StepSyntax(call.Name, call.Column, inner)).All();
    }

    public GremlinException Wrong(int column, string what) => new(column, $"{step.Name} {what}");

    private ImmutableArray<Condition> Conditions(Func<string, int, string>? checkKey)
    {
        checkKey ??= (key, _) => key;
        if (Count == 1)
        {
            return [new Condition.Present(checkKey(Text(0), step.Arguments[0].Column))];
        }

        if (Count % 2 != 0)
        {
            throw Wrong(step.Column, "takes keys and values in pairs");
        }

        var conditions = ImmutableArray.CreateBuilder<Condition>(Count / 2);
        for (var i = 0; i < Count; i += 2)
        {
            var key = checkKey(Text(i), step.Arguments[i].Column);
            conditions.Add(new Condition.Matching(key, Predicates.Compile(step.Arguments[i + 1])));
        }

        return conditions.ToImmutable();
    }
}
