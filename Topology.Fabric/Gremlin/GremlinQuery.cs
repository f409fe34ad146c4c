using System.Collections.Immutable;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>
/// A query ready to run on any graph, as often as wanted. Reading it finds everything that's wrong with it: unknown steps, steps
/// where they make no sense, arguments that don't fit.
/// </summary>
public sealed class GremlinQuery
{
    private readonly ImmutableArray<StepRun> _steps;

    private GremlinQuery(string text, ImmutableArray<StepRun> steps, Type result)
    {
        Text = text;
        _steps = steps;
        Result = result;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The kind of <see cref="Traversal"/> it results in.</summary>
    public Type Result { get; }

    /// <summary>Reads a query.</summary>
    /// <exception cref="GremlinException">It's wrong.</exception>
    public static GremlinQuery Parse(string text)
    {
        var kind = typeof(GraphTraversal);
        var runs = ImmutableArray.CreateBuilder<StepRun>();
        foreach (var step in GremlinParser.Parse(text))
        {
            var definition = StepTable.Find(step, kind);
            runs.Add(definition.Compile(new Arguments(step)));
            kind = definition.Output;
        }

        return new GremlinQuery(text, runs.ToImmutable(), kind);
    }

    /// <summary>Reads a query that selects nodes, as captures and injections do.</summary>
    /// <exception cref="GremlinException">It's wrong, or selects something else.</exception>
    public static GremlinQuery ParseNodes(string text)
    {
        var query = Parse(text);
        return query.Result == typeof(NodesTraversal)
            ? query
            : throw new GremlinException(1, $"the query should select nodes, it selects {Traversal.NameOf(query.Result)}");
    }

    /// <summary>Runs it.</summary>
    /// <param name="graph">The graph to run on.</param>
    /// <param name="flows">Where flows come from.</param>
    /// <param name="stop">Ends a long run.</param>
    /// <exception cref="GremlinException">Something only the run could find, like a regular expression that takes too long.</exception>
    public async Task<Traversal> RunAsync(Graph graph, IFlowSource flows, CancellationToken stop)
    {
        Traversal current = new GraphTraversal(graph);
        var run = new Run(flows, stop);
        foreach (var step in _steps)
        {
            stop.ThrowIfCancellationRequested();
            current = await step(current, run).ConfigureAwait(false);
        }

        return current;
    }

    /// <summary>The nodes a query without flows selects.</summary>
    public IReadOnlyList<Node> SelectNodes(Graph graph)
    {
        var run = RunAsync(graph, NoFlows.Instance, CancellationToken.None);
        return run.IsCompleted
            ? ((NodesTraversal)run.GetAwaiter().GetResult()).Nodes
            : throw new InvalidOperationException("only flows make a query wait, and there are none here");
    }

    // Selecting capture points by flows would make what is captured depend on what was.
    private sealed class NoFlows : IFlowSource
    {
        public static readonly NoFlows Instance = new();

        public Task<IReadOnlyList<Shared.Messages.Flows.Flow>> GetFlowsAsync(IReadOnlyCollection<string>? nodeTids, CancellationToken stop) =>
            throw new GremlinException(1, "a query that selects nodes for captures or injections can't use Flows");

        public Task<IReadOnlyList<Shared.Messages.Flows.RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Shared.Messages.Flows.Flow> flows, CancellationToken stop) =>
            throw new GremlinException(1, "a query that selects nodes for captures or injections can't use RawPackets");
    }
}
