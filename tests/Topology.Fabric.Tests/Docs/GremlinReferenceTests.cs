using System.Text.RegularExpressions;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Steps;

namespace Topology.Fabric.Tests.Docs;

/// <summary>docs/reference/gremlin.md beside what the language has.</summary>
public sealed partial class GremlinReferenceTests
{
    private const string Missing = "## What of Skydive's language there isn't";

    private static readonly string _page = Read();

    [Fact]
    public void Every_step_is_in_the_reference()
    {
        var steps = _page[.._page.IndexOf(Missing, StringComparison.Ordinal)];
        foreach (var name in StepTable.Names)
        {
            steps.ShouldMatch($@"`{name}\b");
        }
    }

    [Fact]
    public void Every_field_of_flows_is_in_the_reference()
    {
        var named = Words().Matches(_page).Select(word => word.Groups[1].Value).ToHashSet();
        foreach (var field in FlowView.Names)
        {
            named.ShouldContain(field);
        }
    }

    [Fact]
    public void Every_predicate_of_the_reference_is_one()
    {
        var conditions = _page[_page.IndexOf("| predicate |", StringComparison.Ordinal).._page.IndexOf("## Fields of flows", StringComparison.Ordinal)];
        var predicates = Calls().Matches(conditions).Select(call => call.Groups[1].Value).Distinct().ToList();
        predicates.Count.ShouldBeGreaterThan(10);
        foreach (var predicate in predicates)
        {
            // Wrong arguments are said to be that; an unknown predicate is said not to be one.
            var error = Record.Exception(() => GremlinQuery.Parse($"G.V().Has('Name', {predicate}('1', '2', '3'))"));
            (error?.Message ?? "").ShouldNotContain("isn't a predicate", Case.Sensitive, predicate);
        }
    }

    [Theory]
    [InlineData("Workflow", "G.Workflow('CheckConnectivity')")]
    public void What_the_reference_says_is_missing_is_refused(string word, string query)
    {
        Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        _page[_page.IndexOf(Missing, StringComparison.Ordinal)..].ShouldMatch($@"`{word}\b");
    }

    [Fact]
    public void The_example_of_the_reference_can_be_read() =>
        GremlinQuery.Parse(_page.Split('\n').First(line => line.StartsWith("G.", StringComparison.Ordinal))).Result.ShouldBe(typeof(FlowsTraversal));

    private static string Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var page = Path.Combine(folder.FullName, "docs", "reference", "gremlin.md");
            if (File.Exists(page))
            {
                return File.ReadAllText(page);
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} isn't inside a checkout");
    }

    [GeneratedRegex(@"`([A-Za-z0-9]+)`")]
    private static partial Regex Words();

    [GeneratedRegex(@"`([A-Za-z0-9]+)\(")]
    private static partial Regex Calls();
}
