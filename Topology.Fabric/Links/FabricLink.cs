using Topology.Fabric.Model;

namespace Topology.Fabric.Links;

/// <summary>
/// One link of the fabric: nodes no agent sees (switches and their ports) and how they hang together and on hosts. Written
/// <c>TOR1[Name=tor1] -> PORT1[MTU=1500]</c>, <c>PORT1 --> PORT2</c>, <c>PORT1 -> [Bandwidth=10000] *[Type=host, Name=h1]/eth1</c>.
/// </summary>
/// <param name="Text">As written.</param>
/// <param name="Parent">The fabric node the link starts from.</param>
/// <param name="Child">What it leads to.</param>
/// <param name="Metadata">Metadata of the layer 2 edge.</param>
/// <param name="Layer2Only">Written <c>--></c>: the parent doesn't own the child.</param>
public sealed record FabricLink(string Text, FabricNode Parent, FabricTarget Child, Metadata Metadata, bool Layer2Only);

/// <summary>The end of a link.</summary>
public abstract record FabricTarget;

/// <summary>A node of the fabric itself.</summary>
/// <param name="Key">The word it's known by in links; its name too, unless its metadata has one.</param>
/// <param name="Metadata">What's written in its brackets.</param>
public sealed record FabricNode(string Key, Metadata Metadata) : FabricTarget;

/// <summary>Nodes of the live graph: every child that matches below a parent that matches, <c>*[Type=host]/eth1</c>.</summary>
/// <param name="Parent">What the parent's metadata must have.</param>
/// <param name="Child">What the child's metadata must have.</param>
public sealed record LiveNodes(Metadata Parent, Metadata Child) : FabricTarget;

/// <summary>A link that can't be read: says which, where and why.</summary>
public sealed class FabricLinkException : Exception
{
    /// <param name="link">The link as written.</param>
    /// <param name="column">Where in it, from 1.</param>
    /// <param name="reason">What's wrong there.</param>
    public FabricLinkException(string link, int column, string reason)
        : base($"fabric link \"{link}\", column {column}: {reason}")
    {
        Link = link;
        Column = column;
        Reason = reason;
    }

    /// <summary>The link as written.</summary>
    public string Link { get; }

    /// <summary>Where in it, from 1.</summary>
    public int Column { get; }

    /// <summary>What's wrong there.</summary>
    public string Reason { get; }
}
