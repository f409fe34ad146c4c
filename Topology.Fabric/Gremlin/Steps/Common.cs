using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>What steps on nodes, edges and flows do alike.</summary>
internal static class Common
{
    /// <summary>The two ends of Range(from, to) or Limit(to).</summary>
    public static (int From, int To) Slice(Arguments arguments, bool limit)
    {
        if (limit)
        {
            arguments.Between(1, 1, "one number");
            return (0, arguments.Index(0));
        }

        arguments.Between(2, 2, "two numbers");
        return (arguments.Index(0), arguments.Index(1));
    }

    public static IReadOnlyList<T> Cut<T>(IReadOnlyList<T> items, (int From, int To) slice) =>
        [.. items.Skip(slice.From).Take(Math.Max(0, slice.To - slice.From))];

    /// <summary>The first of those alike in all keys; what has none of the keys is kept.</summary>
    public static IReadOnlyList<T> Dedup<T>(IEnumerable<T> items, IReadOnlyList<string> keys, Func<T, IFields> fieldsOf)
    {
        var seen = new HashSet<Metadata>();
        var kept = new List<T>();
        foreach (var item in items)
        {
            var fields = fieldsOf(item);
            var values = Metadata.Create(keys.Select(k => (Key: k, Found: fields.TryGet(k, out var value), value)).Where(v => v.Found).Select(v => (v.Key, v.value)));
            if (values.Count == 0 || seen.Add(values))
            {
                kept.Add(item);
            }
        }

        return kept;
    }

    /// <summary>Sort(), Sort('key'), Sort(ASC|DESC, 'key'): what lacks the key comes last.</summary>
    public static Func<IReadOnlyList<T>, CancellationToken, IReadOnlyList<T>> Sort<T>(Arguments arguments, string defaultKey, Func<T, IFields> fieldsOf)
    {
        var (key, descending) = SortKey(arguments, defaultKey);
        return (items, stop) =>
        {
            var keyed = new List<(T Item, bool Found, MetaValue Value)>(items.Count);
            foreach (var item in items)
            {
                stop.ThrowIfCancellationRequested();
                keyed.Add((item, fieldsOf(item).TryGet(key, out var value), value));
            }

            var order = Comparer<MetaValue>.Create((one, other) =>
            {
                stop.ThrowIfCancellationRequested();
                return Predicates.Order(one, other);
            });
            var found = keyed.Where(k => k.Found);
            var sorted = descending ? found.OrderByDescending(k => k.Value, order) : found.OrderBy(k => k.Value, order);
            try
            {
                return [.. sorted.Concat(keyed.Where(k => !k.Found)).Select(k => k.Item)];
            }
            catch (InvalidOperationException e) when (e.InnerException is OperationCanceledException)
            {
                // Sorting wraps what a comparison throws.
                throw new OperationCanceledException(stop);
            }
        };
    }

    /// <summary>By what Sort's arguments have it sort.</summary>
    public static (string Key, bool Descending) SortKey(Arguments arguments, string defaultKey)
    {
        arguments.Between(0, 2, "a key, or ASC or DESC and a key");
        if (arguments.Count == 0)
        {
            return (defaultKey, false);
        }

        var word = arguments.Word(0);
        if (word is "ASC" or "DESC")
        {
            return (arguments.Count == 2 ? arguments.Text(1) : defaultKey, word == "DESC");
        }

        return word is null && arguments.Count == 1 ? (arguments.Text(0), false) : throw arguments.Wrong(arguments.Column, "takes a key, or ASC or DESC and a key");
    }

    public static ValueTraversal Count(int count) => new((long)count);

    public static ValuesTraversal Values<T>(IEnumerable<T> items, string key, Func<T, IFields> fieldsOf)
    {
        var values = new List<MetaValue>();
        foreach (var item in items)
        {
            if (fieldsOf(item).TryGet(key, out var value) && !value.IsNothing)
            {
                values.Add(value);
            }
        }

        return new ValuesTraversal(values);
    }

    /// <summary>Some fields of each, or all; what has none of them has no map.</summary>
    public static ValuesTraversal ValueMaps<T>(IEnumerable<T> items, IReadOnlyList<string> keys, Func<T, IFields> fieldsOf)
    {
        var values = new List<MetaValue>();
        foreach (var item in items)
        {
            var fields = fieldsOf(item);
            var wanted = keys.Count > 0 ? keys : [.. fields.Keys().Where(key => !key.Contains('.', StringComparison.Ordinal))];
            var map = Metadata.Create(wanted.Select(k => (Key: k, Found: fields.TryGet(k, out var value), value)).Where(v => v.Found).Select(v => (v.Key, v.value)));
            if (map.Count > 0)
            {
                values.Add(map);
            }
        }

        return new ValuesTraversal(values);
    }

    public static ValuesTraversal Keys<T>(IEnumerable<T> items, Func<T, IFields> fieldsOf) =>
        new([.. items.SelectMany(item => fieldsOf(item).Keys()).Distinct(StringComparer.Ordinal).Select(k => (MetaValue)k)]);

    /// <summary>The sum of the numbers under a key: an integer unless a double is among them.</summary>
    public static ValueTraversal Sum(IEnumerable<MetaValue> values, Arguments arguments)
    {
        var sum = default(Total);
        foreach (var value in values)
        {
            sum.Add(value, arguments);
        }

        return new ValueTraversal(sum.Value);
    }

    /// <summary>A sum on its way.</summary>
    internal struct Total
    {
        private double _doubles;
        private bool _isInexact;

        /// <summary>Of the integers.</summary>
        public Int128 Integers { get; set; }

        // Counters end at the highest number there is, and so does their sum.
        public readonly MetaValue Value =>
            _isInexact ? (MetaValue)((double)Integers + _doubles) : (long)Int128.Clamp(Integers, long.MinValue, long.MaxValue);

        /// <exception cref="GremlinException">It isn't a number.</exception>
        public void Add(MetaValue value, Arguments arguments)
        {
            switch (value.Kind)
            {
                case MetaKind.Integer:
                    Integers += value.Integer;
                    break;
                case MetaKind.Double:
                    _doubles += value.Double;
                    _isInexact = true;
                    break;
                default:
                    throw new GremlinException(arguments.Column, $"{arguments.Step} adds numbers, '{value}' isn't one");
            }
        }
    }
}
