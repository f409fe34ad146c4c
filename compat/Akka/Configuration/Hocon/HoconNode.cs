namespace Akka.Configuration.Hocon;

/// <summary>What the parser reads, before substitutions are resolved.</summary>
internal abstract class HoconNode(HoconPosition position)
{
    public HoconPosition Position { get; } = position;
}

/// <summary>Text (null for the unquoted word null).</summary>
internal sealed class LiteralNode(string? text, bool quoted, HoconPosition position) : HoconNode(position)
{
    public string? Text { get; } = text;

    public bool Quoted { get; } = quoted;
}

internal sealed class ArrayNode(HoconPosition position) : HoconNode(position)
{
    public List<HoconNode> Elements { get; } = [];
}

internal sealed class ObjectNode(HoconPosition position) : HoconNode(position)
{
    public Dictionary<string, HoconNode> Members { get; } = [];

    /// <summary>Writes <paramref name="value"/> at a path below this object, over what an earlier line wrote there.</summary>
    public void Set(ReadOnlySpan<string> path, HoconNode value)
    {
        if (path.Length > 1)
        {
            var nested = new ObjectNode(value.Position);
            nested.Set(path[1..], value);
            value = nested;
        }

        Members[path[0]] = Over(Members.GetValueOrDefault(path[0]), value);
    }

    private static HoconNode Over(HoconNode? earlier, HoconNode value)
    {
        switch (value)
        {
            case LiteralNode or ArrayNode or ResolvedNode:
                return value;
            case ObjectNode above when earlier is ObjectNode below:
                foreach (var (key, member) in above.Members)
                    below.Set([key], member);
                return below;
            case ObjectNode when earlier is null or LiteralNode or ArrayNode or ResolvedNode:
                return value;
            case OverrideNode chain:
                return new OverrideNode(chain.Earlier is null ? earlier : Over(earlier, chain.Earlier), chain.Later);
            default:
                return new OverrideNode(earlier, value);
        }
    }
}

/// <summary>Values written one after the other, with the blanks between them.</summary>
internal sealed class ConcatenationNode(List<HoconNode> pieces) : HoconNode(pieces[0].Position)
{
    public List<HoconNode> Pieces { get; } = pieces;
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed class SubstitutionNode(string[] path, bool optional, HoconPosition position) : HoconNode(position)
{
    public string[] Path { get; } = path;

    public bool Optional { get; } = optional;
}

/// <summary><c>+=</c>: the array written earlier, and one element more.</summary>
internal sealed class AppendNode(HoconNode element) : HoconNode(element.Position)
{
    public HoconNode Element { get; } = element;
}

/// <summary>A value that depends on substitutions, over what was written to the same key earlier, which it may refer to.</summary>
internal sealed class OverrideNode(HoconNode? earlier, HoconNode later) : HoconNode(later.Position)
{
    public HoconNode? Earlier { get; } = earlier;

    public HoconNode Later { get; } = later;
}

/// <summary>A value that another document resolved already.</summary>
internal sealed class ResolvedNode(HoconValue value) : HoconNode(value.Position)
{
    public HoconValue Value { get; } = value;
}
