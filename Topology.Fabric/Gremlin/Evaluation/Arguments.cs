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
