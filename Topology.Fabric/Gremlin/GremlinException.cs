namespace Topology.Fabric.Gremlin;

/// <summary>A query that can't be read or run: says what's wrong and where.</summary>
public sealed class GremlinException : Exception
{
    /// <summary>Of a query of one line.</summary>
    public GremlinException(int column, string reason)
        : this(1, column, reason, $"column {column}: {reason}")
    {
    }

    private GremlinException(int line, int column, string reason, string message)
        : base(message)
    {
        Line = line;
        Column = column;
        Reason = reason;
    }

    /// <summary>Which line of the query, from 1.</summary>
    public int Line { get; }

    /// <summary>Where in the line, from 1.</summary>
    public int Column { get; }

    /// <summary>What's wrong there.</summary>
    public string Reason { get; }

    /// <summary>The same, told by line: until then the column counts from the query's beginning.</summary>
    internal GremlinException In(string query)
    {
        var before = query.AsSpan(0, Math.Clamp(Column - 1, 0, query.Length));
        var lines = before.Count('\n');
        return Line > 1 || lines == 0
            ? this
            : new GremlinException(lines + 1, Column - before.LastIndexOf('\n') - 1, Reason, $"line {lines + 1}, column {Column - before.LastIndexOf('\n') - 1}: {Reason}");
    }
}
