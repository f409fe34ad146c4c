namespace Topology.Fabric.Model;

/// <summary>The relations edges stand for, as Skydive names them, and the ids edges get.</summary>
public static class Relations
{
    /// <summary>Metadata key of an edge's relation.</summary>
    public const string Key = "RelationType";

    /// <summary>The parent holds the child: a host its interfaces, a bridge its ports.</summary>
    public const string Ownership = "ownership";

    /// <summary>Frames go from one to the other.</summary>
    public const string Layer2 = "layer2";

    /// <summary>The id of the edge of this relation between these nodes: the same wherever it's computed.</summary>
    public static string EdgeId(string parent, string child, string relation) => NameUuid.Of(parent, child, relation);

    /// <summary>An edge of this relation, with further metadata if given.</summary>
    public static Edge Link(Node parent, Node child, string relation, string host, string origin, long at, Metadata? more = null) => new()
    {
        Id = EdgeId(parent.Id, child.Id, relation),
        Parent = parent.Id,
        Child = child.Id,
        Host = host,
        Origin = origin,
        Metadata = (more ?? Metadata.Empty).Set(Key, relation),
        CreatedAt = at,
        UpdatedAt = at,
        Revision = 1,
    };
}
