using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>
/// Turns what was read into values. A substitution means the final value of its path in the document; within its own
/// path it means what was written there earlier; and a path the document lacks is looked up among the environment's variables.
/// </summary>
internal sealed class HoconResolver(ObjectNode root)
{
    private readonly Dictionary<HoconNode, HoconValue?> _resolved = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconNode> _inProgress = new(ReferenceEqualityComparer.Instance);

    public HoconObject Resolve() => ResolveObject(root);

    /// <summary>Null: undefined, by an optional substitution.</summary>
    private HoconValue? Resolve(HoconNode node)
    {
        switch (node)
        {
            case LiteralNode literal:
                return new HoconValue(literal.Text, literal.Position, literal.Quoted);
            case ResolvedNode resolved:
                return resolved.Value;
        }

        if (_resolved.TryGetValue(node, out var known))
            return known;
        if (!_inProgress.Add(node))
            throw node.Position.Error("The value refers to itself");
        try
        {
            return _resolved[node] = node switch
            {
                ObjectNode o => new HoconValue(ResolveObject(o), o.Position),
                ArrayNode a => new HoconValue(a.Elements.Select(Resolve).OfType<HoconValue>().ToArray(), a.Position),
                SubstitutionNode s => Substitute(s),
                ConcatenationNode c => Concatenate(c),
                OverrideNode o => Override(o),
                _ => throw new InvalidOperationException($"{node.GetType().Name} has no value of its own."),
            };
        }
        finally
        {
            _inProgress.Remove(node);
        }
    }

    private HoconObject ResolveObject(ObjectNode node)
    {
        var members = new Dictionary<string, HoconValue>(node.Members.Count);
        foreach (var (key, member) in node.Members)
        {
            if (Resolve(member) is { } value)
                members.Add(key, value);
        }

        return new HoconObject(members);
    }

    private HoconValue? Override(OverrideNode node)
    {
        if (node.Later is AppendNode append)
        {
            var before = node.Earlier is null ? null : Resolve(node.Earlier);
            if (before is { IsNull: false } && !before.IsArray())
                throw append.Position.Error($"+= appends to an array, and {before} isn't one");
            var added = Resolve(append.Element);
            IEnumerable<HoconValue> elements = before is { IsNull: false } ? before.GetArray() : [];
            return new HoconValue(added is null ? elements.ToArray() : [.. elements, added], append.Position);
        }

        var later = Resolve(node.Later);
        if (node.Earlier is null)
            return later;
        if (later is null)
            return Resolve(node.Earlier);
        return later.IsObject() && Resolve(node.Earlier) is { } earlier ? later.Over(earlier) : later;
    }

    private HoconValue? Substitute(SubstitutionNode node)
    {
        var value = Find(node, root, node.Path);
        if (value is not null)
            return value;
        if (Environment.GetEnvironmentVariable(string.Join('.', node.Path)) is { } variable)
            return new HoconValue(variable, node.Position, quoted: true);
        return node.Optional ? null : throw node.Position.Error($"${{{ConfigPath.Join(node.Path)}}} is neither in this document nor an environment variable");
    }

    private HoconValue? Find(SubstitutionNode from, HoconNode? at, ReadOnlySpan<string> path)
    {
        while (true)
        {
            switch (at)
            {
                case null:
                    return null;
                case ObjectNode o when path.Length > 0:
                    at = o.Members.GetValueOrDefault(path[0]);
                    path = path[1..];
                    continue;
                case OverrideNode o when _inProgress.Contains(o):
                    if (path.Length > 0 && o.Later is ObjectNode later && later.Members.ContainsKey(path[0]))
                        at = later;
                    else
                        at = o.Earlier;
                    continue;
                default:
                    return Below(_inProgress.Contains(at) ? throw from.Position.Error($"${{{ConfigPath.Join(from.Path)}}} refers to itself in a circle") : Resolve(at), path);
            }
        }
    }

    private static HoconValue? Below(HoconValue? value, ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            value = value is not null && value.IsObject() ? value.GetObject().GetKey(key) : null;
        return value;
    }

    private HoconValue? Concatenate(ConcatenationNode node)
    {
        var pieces = new List<(HoconValue Value, bool Blank)>(node.Pieces.Count);
        foreach (var piece in node.Pieces)
        {
            if (Resolve(piece) is { } value)
                pieces.Add((value, piece is LiteralNode { Quoted: false } text && string.IsNullOrWhiteSpace(text.Text)));
        }

        var solid = pieces.Where(p => !p.Blank).Select(p => p.Value).ToList();
        if (solid.Count == 0)
            return null;
        if (solid.Count == 1 && pieces.TrueForAll(p => p.Blank || ReferenceEquals(p.Value, solid[0])))
            return solid[0];
        if (solid.TrueForAll(v => v.IsObject()))
            return solid.Aggregate((below, above) => above.Over(below));
        if (solid.TrueForAll(v => v.IsArray()))
            return new HoconValue(solid.SelectMany(v => v.GetArray()).ToArray(), node.Position);
        if (solid.Exists(v => v.IsObject() || v.IsArray()))
            throw node.Position.Error("A value is put together from text, arrays or objects, and mixes them");

        var joined = new StringBuilder();
        foreach (var (value, _) in pieces)
            joined.Append(value.GetString() ?? "null");
        return new HoconValue(joined.ToString().Trim(), node.Position, solid.Exists(v => v.IsQuoted));
    }
}
