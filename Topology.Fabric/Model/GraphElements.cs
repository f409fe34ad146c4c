namespace Topology.Fabric.Model;

/// <summary>What nodes and edges have in common. Times are Unix milliseconds.</summary>
public abstract record GraphElement
{
    /// <summary>Unique in the whole graph.</summary>
    public required string Id { get; init; }
    /// <summary>The host whose graph this belongs to.</summary>
    public string Host { get; init; } = "";
    /// <summary>Who made it: "agent.host1".</summary>
    public string Origin { get; init; } = "";
    /// <summary>Names and values, as Skydive names them.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;
    /// <summary>When it appeared.</summary>
    public long CreatedAt { get; init; }
    /// <summary>When it last changed.</summary>
    public long UpdatedAt { get; init; }
    /// <summary>Counts its changes from 1.</summary>
    public long Revision { get; init; }
}

/// <summary>A node: a host, namespace, interface, bridge, port, switch.</summary>
public sealed record Node : GraphElement
{
    /// <summary>Metadata <c>Name</c>, or empty.</summary>
    public string Name => TextOf("Name");
    /// <summary>Metadata <c>Type</c>, or empty.</summary>
    public string Type => TextOf("Type");
    /// <summary>Metadata <c>TID</c>, the interface's stable id that flows name; or empty.</summary>
    public string Tid => TextOf("TID");

    private string TextOf(string key) => Metadata.TryGet(key, out var value) && value.Kind == MetaKind.Text ? value.Text : "";
}

/// <summary>An edge from a parent to a child.</summary>
public sealed record Edge : GraphElement
{
    /// <summary>Id of the parent node.</summary>
    public required string Parent { get; init; }
    /// <summary>Id of the child node.</summary>
    public required string Child { get; init; }
    /// <summary>Metadata <c>RelationType</c>: "ownership" or "layer2"; or empty.</summary>
    public string RelationType => Metadata.TryGet(Relations.Key, out var value) && value.Kind == MetaKind.Text ? value.Text : "";

    /// <summary>The end that isn't <paramref name="nodeId"/>.</summary>
    public string OtherEnd(string nodeId) => Parent == nodeId ? Child : Parent;
}
