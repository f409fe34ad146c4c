namespace Analyzer.Node.Selection;

/// <summary>Finds nodes of the merged graph as it is now, by a Gremlin query.</summary>
internal interface INodeSelector
{
    /// <summary>The nodes that the query selects, in the query's order; none when none matches.</summary>
    /// <exception cref="NodeSelectionException">The query can't be read, or selects something other than nodes.</exception>
    /// <exception cref="Akka.Actor.AskTimeoutException">The view of the graph doesn't answer.</exception>
    Task<IReadOnlyList<global::Topology.Fabric.Model.Node>> Select(string gremlin);
}

/// <summary>The query is wrong; the message, for the user, says what and where.</summary>
internal sealed class NodeSelectionException : Exception
{
    public NodeSelectionException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
