using System.Collections.Immutable;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>What a step asks of each node, edge or flow: the one form of conditions, whatever has the fields.</summary>
internal abstract record Condition
{
    /// <summary>Always true.</summary>
    public static Condition Always { get; } = new AllOf([]);

    /// <summary>It asks nothing.</summary>
    public bool IsAlways => this is AllOf { Conditions.IsEmpty: true };

    /// <summary>Whether something satisfies it.</summary>
    public abstract bool Holds(IFields fields);

    /// <summary>Both.</summary>
    public Condition And(Condition other)
    {
        var (own, others) = (Parts(this), Parts(other));
        return own.IsEmpty ? other : others.IsEmpty ? this : new AllOf([.. own, .. others]);
    }

    /// <summary>The texts of which a key must be one; null: any may do.</summary>
    public IReadOnlyList<string>? TextsOf(string key)
    {
        foreach (var (own, texts) in TextsByKey())
        {
            if (own == key)
            {
                return texts;
            }
        }

        return null;
    }

    /// <summary>The keys of which the text must be one of some.</summary>
    public IEnumerable<(string Key, IReadOnlyList<string> Texts)> TextsByKey()
    {
        foreach (var part in Parts(this))
        {
            if (part is Matching { Predicate: { Quantifier: Quantifier.Any, Wanted: { } wanted } } matching && Array.TrueForAll(wanted, value => value.Kind == MetaKind.Text))
            {
                yield return (matching.Key, [.. wanted.Select(value => value.Text)]);
            }
        }
    }

    private static ImmutableArray<Condition> Parts(Condition condition) => condition is AllOf all ? all.Conditions : [condition];

    /// <summary>It has the key.</summary>
    internal sealed record Present(string Key) : Condition
    {
        public override bool Holds(IFields fields) => fields.TryGet(Key, out _);
    }

    /// <summary>It has the key, and something there.</summary>
    internal sealed record Filled(string Key) : Condition
    {
        public override bool Holds(IFields fields) => fields.TryGet(Key, out var value) && !value.IsNothing;
    }

    /// <summary>The key's values satisfy a predicate.</summary>
    internal sealed record Matching(string Key, Predicate Predicate) : Condition
    {
        public override bool Holds(IFields fields) => Predicate.Holds(fields, Key);
    }

    /// <summary>All of these.</summary>
    internal sealed record AllOf(ImmutableArray<Condition> Conditions) : Condition
    {
        public override bool Holds(IFields fields)
        {
            foreach (var condition in Conditions)
            {
                if (!condition.Holds(fields))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>One of these.</summary>
    internal sealed record OneOf(ImmutableArray<Condition> Conditions) : Condition
    {
        public override bool Holds(IFields fields)
        {
            foreach (var condition in Conditions)
            {
                if (condition.Holds(fields))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Not this.</summary>
    internal sealed record Not(Condition Condition) : Condition
    {
        public override bool Holds(IFields fields) => !Condition.Holds(fields);
    }
}
