namespace Topology.Fabric.Gremlin;

/// <summary>A query that can't be read or run: says what's wrong and at which column.</summary>
public sealed class GremlinException(int column, string reason) : Exception($"column {column}: {reason}")
{
    /// <summary>Where in the query, from 1.</summary>
    public int Column { get; } = column;

    /// <summary>What's wrong there.</summary>
    public string Reason { get; } = reason;
}
