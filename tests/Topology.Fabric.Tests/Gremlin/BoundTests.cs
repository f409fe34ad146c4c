using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin;

/// <summary>Queries that would grow without end, or run without one.</summary>
public sealed class BoundTests
{
    [Theory]
    [InlineData("Both()")]
    [InlineData("BothE()")]
    [InlineData("Out()")]
    public async Task A_step_that_results_in_too_much_says_so_with_its_name_and_column(string last)
    {
        // Each Both() has 40 times as many as the one before: 41, 1,640, 65,600, 2,624,000.
        var query = $"G.V().Both().Both().{last}";
        var error = await Should.ThrowAsync<GremlinException>(() => GremlinQuery.Parse(query).RunAsync(Mesh(41), [], CancellationToken.None));

        error.Column.ShouldBe(query.LastIndexOf('.') + 2);
        error.Reason.ShouldContain($"{last[..^2]} results in more than 1000000 elements");
    }

    [Fact]
    public async Task Paths_are_bounded_too()
    {
        var builder = Graph.Empty.ToBuilder();
        for (var i = 0; i < 1_500; i++)
        {
            builder.Set(new Node { Id = $"{i}", Metadata = Metadata.Create(("Name", i == 1_499 ? "end" : "")) });
            builder.Set(new Edge { Id = $"{i}-", Parent = $"{i}", Child = $"{i + 1}" });
        }

        var error = await Should.ThrowAsync<GremlinException>(() => GremlinQuery.Parse("G.V().ShortestPathTo(Metadata('Name', 'end'))").RunAsync(builder.ToGraph(), [], CancellationToken.None));
        error.Reason.ShouldContain("ShortestPathTo results in more than 1000000 elements");
    }

    [Fact]
    public void Time_ends_within_a_step()
    {
        using var stop = new CancellationTokenSource();
        var run = new Run(FlowList.Empty, stop.Token);
        var step = new Arguments(GremlinParser.Parse("G.Both('Name', 'nobody')")[0]);

        Should.Throw<OperationCanceledException>(() => run.Gather(Endless(), step, _ => false));

        IEnumerable<int> Endless()
        {
            for (var i = 0; ; i++)
            {
                if (i == 10_000)
                {
                    stop.Cancel();
                }

                yield return i;
            }
        }
    }

    private static Graph Mesh(int nodes)
    {
        var builder = Graph.Empty.ToBuilder();
        for (var i = 0; i < nodes; i++)
        {
            builder.Set(new Node { Id = $"{i}", Metadata = Metadata.Create(("Name", $"n{i}")) });
            for (var j = 0; j < i; j++)
            {
                builder.Set(new Edge { Id = $"{i}-{j}", Parent = $"{i}", Child = $"{j}" });
            }
        }

        return builder.ToGraph();
    }
}
