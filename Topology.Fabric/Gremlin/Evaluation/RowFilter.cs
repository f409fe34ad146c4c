using System.Collections.Immutable;
using System.Net;
using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>Tells whether a row satisfies something.</summary>
internal delegate bool RowTest(in FlowRow row, RowFields fields);

/// <summary>
/// A condition made ready for many rows of one table: ids and addresses are compared as numbers, a text that many rows share is
/// looked at once. Says the same as the condition. For one thread, and one table.
/// </summary>
internal sealed class RowFilter
{
    private const byte Unknown = 0;
    private const byte Holding = 1;
    private const byte Failing = 2;

    private readonly List<TextMemo> _memos = [];
    private readonly RowTest? _test;

    public RowFilter(Condition condition) => _test = condition.IsAlways ? null : Compile(condition);

    /// <summary>All rows pass.</summary>
    public bool IsAlways => _test is null;

    /// <summary>Whether a row, the one its fields are at, passes.</summary>
    public bool Holds(in FlowRow row, RowFields fields) => _test is null || _test(row, fields);

    /// <summary>Numbers may stand for other texts now.</summary>
    public void ForgetTexts()
    {
        foreach (var memo in _memos)
        {
            memo.Forget();
        }
    }

    private RowTest Compile(Condition condition)
    {
        switch (condition)
        {
            case Condition.AllOf all:
                var needed = Compiled(all.Conditions);
                return (in row, fields) =>
                {
                    foreach (var test in needed)
                    {
                        if (!test(row, fields))
                        {
                            return false;
                        }
                    }

                    return true;
                };
            case Condition.OneOf one:
                return OneOf(Compiled(one.Conditions));
            case Condition.Not not:
                var inner = Compile(not.Condition);
                return (in row, fields) => !inner(row, fields);
            case Condition.Present present when RowField.Find(present.Key) is { } field:
                return field.IsIn;
            case Condition.Present { Key: "Link" or "Network" or "Transport" } layer:
                var part = LayerOf(layer.Key);
                return (in row, _) => row.Has(part);
            case Condition.Filled filled when RowField.Find(filled.Key) is { Kind: RowKind.Number } field:
                return field.IsIn;
            case Condition.Matching matching:
                return Matching(matching);
            default:
                return (in _, fields) => condition.Holds(fields);
        }
    }

    private RowTest[] Compiled(ImmutableArray<Condition> conditions) => [.. conditions.Select(Compile)];

    private static RowTest OneOf(RowTest[] tests) => (in row, fields) =>
    {
        foreach (var test in tests)
        {
            if (test(row, fields))
            {
                return true;
            }
        }

        return false;
    };

    private RowTest Matching(Condition.Matching matching)
    {
        var (key, predicate) = matching;
        RowTest any;
        RowTest isThere;
        if (key is "Link" or "Network" or "Transport")
        {
            any = OneOf([Any(RowField.Find(key + ".A")!, predicate), Any(RowField.Find(key + ".B")!, predicate)]);
            var part = LayerOf(key);
            isThere = (in row, _) => row.Has(part);
        }
        else if (RowField.Find(key) is { } field)
        {
            any = Any(field, predicate);
            isThere = field.IsIn;
        }
        else
        {
            return (in _, fields) => predicate.Holds(fields, key);
        }

        return predicate.Quantifier switch
        {
            Quantifier.Any => any,
            Quantifier.None => (in row, fields) => !any(row, fields),
            _ => (in row, fields) => isThere(row, fields) && !any(row, fields),
        };
    }

    private RowTest Any(RowField field, Predicate predicate)
    {
        var (get, needs, test) = (field.Get, field.Needs, predicate.Test);
        switch (field.Kind)
        {
            case RowKind.Text:
                var memo = new TextMemo(test);
                _memos.Add(memo);
                return (in row, fields) => row.Has(needs) && memo.Test((int)get(row, fields), fields.Texts);
            case RowKind.Number when field.IsOfUpdate:
                return (in row, fields) => field.IsIn(row, fields) && test((long)get(row, fields));
            case RowKind.Number:
                return (in row, fields) => row.Has(needs) && test((long)get(row, fields));
            case RowKind.Id when predicate.Wanted is { } wanted && AreTexts(wanted):
                return OneOf(get, needs, Numbers(wanted, text => FlowForms.TryId(text, out var id) && FlowForms.Id(id) == text ? id : null));
            case RowKind.Mac when predicate.Wanted is { } wanted && AreTexts(wanted):
                return OneOf(get, needs, Numbers(wanted, text => FlowForms.TryMac(text, out var mac) && FlowForms.Mac(mac) == text ? mac : null));
            case RowKind.AddressA or RowKind.AddressB when predicate.Wanted is { } wanted && AreTexts(wanted):
                return OneOf([.. wanted.Select(value => Address(field.Kind == RowKind.AddressA, value.Text))]);
            case RowKind.AddressA or RowKind.AddressB when predicate.Network is { } network:
                return Network(get, network);
            default:
                return (in row, fields) => row.Has(needs) && test(field.Value(row, fields));
        }
    }

    // Only as it's written in answers: another form of the same address is another text.
    private static RowTest Address(bool isA, string text)
    {
        const FlowParts addressed = FlowParts.IPv4 | FlowParts.IPv6;
        if (text.Length == 0)
        {
            return (in row, _) => row.Has(FlowParts.Network) && (row.Parts & addressed) == 0;
        }

        if (!FlowForms.TryAddress(text, out var isIPv6, out var high, out var low) || FlowForms.Address(isIPv6, high, low) != text)
        {
            return (in _, _) => false;
        }

        const FlowParts relevant = FlowParts.Network | addressed;
        var needs = FlowParts.Network | (isIPv6 ? FlowParts.IPv6 : FlowParts.IPv4);
        // A row of both families shows IPv6.
        var seen = isIPv6 ? relevant & ~FlowParts.IPv4 : relevant;
        return isA
            ? (in row, _) => row.NetworkALow == low && (!isIPv6 || row.NetworkAHigh == high) && (row.Parts & seen) == needs
            : (in row, _) => row.NetworkBLow == low && (!isIPv6 || row.NetworkBHigh == high) && (row.Parts & seen) == needs;
    }

    private static RowTest Network(RowNumber get, IPNetwork network)
    {
        const FlowParts relevant = FlowParts.Network | FlowParts.IPv4 | FlowParts.IPv6;
        var mask = network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength);
        _ = FlowForms.TryAddress(network.BaseAddress.ToString(), out _, out _, out var first);
        return (in row, fields) => ((uint)get(row, fields) & mask) == first && (row.Parts & relevant) == (FlowParts.Network | FlowParts.IPv4);
    }

    private static ulong[] Numbers(MetaValue[] wanted, Func<string, ulong?> read) =>
        [.. wanted.Select(value => read(value.Text)).OfType<ulong>()];

    // A number may be what a text says.
    private static bool AreTexts(MetaValue[] wanted) => Array.TrueForAll(wanted, value => value.Kind == MetaKind.Text);

    private static RowTest OneOf(RowNumber get, FlowParts needs, ulong[] numbers)
    {
        if (numbers is [var one])
        {
            return (in row, fields) => get(row, fields) == one && row.Has(needs);
        }

        if (numbers.Length < 8)
        {
            return (in row, fields) => Array.IndexOf(numbers, get(row, fields)) >= 0 && row.Has(needs);
        }

        var set = numbers.ToHashSet();
        return (in row, fields) => set.Contains(get(row, fields)) && row.Has(needs);
    }

    private static FlowParts LayerOf(string key) => key switch
    {
        "Link" => FlowParts.Link,
        "Network" => FlowParts.Network,
        _ => FlowParts.Transport,
    };

    /// <summary>What became of each text.</summary>
    private sealed class TextMemo(Func<MetaValue, bool> test)
    {
        private byte[] _known = [];

        public void Forget() => Array.Clear(_known);

        public bool Test(int number, FlowTexts texts)
        {
            if (number >= _known.Length)
            {
                Array.Resize(ref _known, Math.Max(number + 1, texts.End));
            }

            ref var known = ref _known[number];
            if (known == Unknown)
            {
                known = test(texts[number]) ? Holding : Failing;
            }

            return known == Holding;
        }
    }
}
