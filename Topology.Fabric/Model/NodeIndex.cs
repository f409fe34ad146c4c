using System.Collections.Immutable;

namespace Topology.Fabric.Model;

/// <summary>Numbers of a graph's nodes by the texts that are asked for most. A change of the graph changes it along; a change that doesn't touch these texts leaves it as it is.</summary>
internal sealed class NodeIndex
{
    private const string Host = "Host";

    private static readonly string[] Keys = [Host, "Name", "Type", "MAC", "IPV4", "TID"];

    // By the key's place above.
    private readonly ImmutableArray<ImmutableDictionary<string, Numbers>> _byKey;

    private NodeIndex(ImmutableArray<ImmutableDictionary<string, Numbers>> byKey) => _byKey = byKey;

    public static NodeIndex Empty { get; } = new([.. Keys.Select(_ => ImmutableDictionary.Create<string, Numbers>(StringComparer.Ordinal))]);

    /// <summary>The numbers of the nodes that have one of these texts under a key; null: there's no index of it.</summary>
    public IEnumerable<int>? Find(string key, IEnumerable<string> texts)
    {
        var place = Array.IndexOf(Keys, key);
        if (place < 0)
        {
            return null;
        }

        var found = new SortedSet<int>();
        foreach (var text in texts)
        {
            if (_byKey[place].TryGetValue(text, out var numbers))
            {
                numbers.AddTo(found);
            }
        }

        return found;
    }

    /// <summary>The numbers of the nodes that have this host's name, as their host or in their metadata; in any order.</summary>
    public IEnumerable<int> OfHost(string host) => _byKey[0].TryGetValue(host, out var numbers) ? numbers.All ?? (IEnumerable<int>)[numbers.First] : [];

    /// <summary>Of a text's nodes. Most texts are one node's.</summary>
    private readonly record struct Numbers(int First, ImmutableHashSet<int>? All)
    {
        public Numbers With(int number) => All is not null
            ? this with { All = All.Add(number) }
            : number == First ? this : new Numbers(First, [First, number]);

        /// <summary>Null: none is left.</summary>
        public Numbers? Without(int number)
        {
            if (All is null)
            {
                return number == First ? null : this;
            }

            var left = All.Remove(number);
            return left.Count > 1 ? this with { All = left } : new Numbers(left.Single(), null);
        }

        public void AddTo(SortedSet<int> numbers)
        {
            if (All is null)
            {
                numbers.Add(First);
            }
            else
            {
                numbers.UnionWith(All);
            }
        }
    }

    /// <summary>Follows changes.</summary>
    internal sealed class Builder(NodeIndex index)
    {
        private readonly ImmutableDictionary<string, Numbers>.Builder?[] _byKey = new ImmutableDictionary<string, Numbers>.Builder?[Keys.Length];
        private NodeIndex _index = index;

        /// <summary>Something else is at a number now.</summary>
        public void Change(int number, Node? before, Node? after)
        {
            if (before?.Host != after?.Host || before?.Metadata[Host] != after?.Metadata[Host])
            {
                // The same text may be in both places.
                Move(0, number, Hosts(before), Hosts(after));
            }

            for (var place = 1; place < Keys.Length; place++)
            {
                var (old, now) = (ValueOf(before, place), ValueOf(after, place));
                if (old != now)
                {
                    Move(place, number, old, now);
                }
            }
        }

        /// <summary>The index as it is now.</summary>
        public NodeIndex ToIndex()
        {
            if (Array.Exists(_byKey, key => key is not null))
            {
                _index = new NodeIndex([.. _byKey.Select((own, place) => own?.ToImmutable() ?? _index._byKey[place])]);
                Array.Clear(_byKey);
            }

            return _index;
        }

        private void Move(int place, int number, MetaValue old, MetaValue now)
        {
            Each(old, text => Remove(place, text, number));
            Each(now, text => Add(place, text, number));
        }

        private static MetaValue Hosts(Node? node) => node is null ? default(MetaValue) : ImmutableArray.Create(node.Host, node.Metadata[Host]);

        private static MetaValue ValueOf(Node? node, int place) => node is null ? default : node.Metadata[Keys[place]];

        private static void Each(MetaValue value, Action<string> change)
        {
            switch (value.Kind)
            {
                case MetaKind.Text:
                    change(value.Text);
                    break;
                case MetaKind.List:
                    foreach (var item in value.Items)
                    {
                        Each(item, change);
                    }

                    break;
            }
        }

        private ImmutableDictionary<string, Numbers>.Builder Of(int place) => _byKey[place] ??= _index._byKey[place].ToBuilder();

        private void Add(int place, string text, int number)
        {
            var numbers = Of(place);
            numbers[text] = numbers.TryGetValue(text, out var known) ? known.With(number) : new Numbers(number, null);
        }

        private void Remove(int place, string text, int number)
        {
            var numbers = Of(place);
            if (!numbers.TryGetValue(text, out var known))
            {
                return;
            }

            if (known.Without(number) is { } left)
            {
                numbers[text] = left;
            }
            else
            {
                numbers.Remove(text);
            }
        }
    }
}
