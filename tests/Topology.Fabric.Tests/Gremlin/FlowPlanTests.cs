using System.Collections.Immutable;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Language;

namespace Topology.Fabric.Tests.Gremlin;

/// <summary>Which steps run where the flows are.</summary>
public sealed class FlowPlanTests
{
    [Theory]
    [InlineData("G.Flows()", "G.Flows()", "")]
    [InlineData("G.V().Has('Name', 'a.b').Flows('Host', 'x').Has('Application', 'DNS') . Count()", "G.Flows('Host', 'x').Has('Application', 'DNS') . Count()", "")]
    [InlineData("G.Flows().Sort(DESC, 'Last').Has('Host').Limit(5).Count()", "G.Flows().Sort(DESC, 'Last').Has('Host').Limit(5)", "Count")]
    [InlineData("G.Flows().Range(2, 5).Has('Host')", "G.Flows().Range(2, 5)", "Has")]
    [InlineData("G.Flows().Sort().Sort('RTT')", "G.Flows().Sort().Sort('RTT')", "")]
    [InlineData("G.Flows().Dedup().Count()", "G.Flows().Dedup().Count()", "")]
    [InlineData("G.Flows().Sort('RTT').Dedup('Host', 'RTT').Limit(3).Count()", "G.Flows().Sort('RTT').Dedup('Host', 'RTT').Limit(3)", "Count")]
    [InlineData("G.Flows().Dedup().Sort('RTT')", "G.Flows().Dedup()", "Sort")]
    [InlineData("G.Flows().Dedup().Has('Host')", "G.Flows().Dedup()", "Has")]
    [InlineData("G.Flows().Dedup().Dedup('Host')", "G.Flows().Dedup()", "Dedup")]
    [InlineData("G.Flows().Dedup().Values('Host')", "G.Flows().Dedup()", "Values")]
    [InlineData("G.Flows().Group()", "G.Flows().Group()", "")]
    [InlineData("G.Flows().Sort('RTT').Group('Host').MoreThan().MoreThan(7)", "G.Flows().Sort('RTT').Group('Host').MoreThan().MoreThan(7)", "")]
    [InlineData("G.Flows().Group('Host').Count().Count()", "G.Flows().Group('Host').Count()", "Count")]
    [InlineData("G.Flows().Group('Host').MoreThan(2).Sum('RTT')", "G.Flows().Group('Host').MoreThan(2).Sum('RTT')", "")]
    [InlineData("G.Flows().Limit(9).Group('Host')", "G.Flows().Limit(9)", "Group")]
    [InlineData("G.Flows().Metrics()", "G.Flows().Metrics()", "")]
    [InlineData("G.Flows().Sort().Metrics()", "G.Flows().Sort()", "Metrics")]
    [InlineData("G.Flows().Sort().Metrics().Sum()", "G.Flows().Sort().Metrics().Sum()", "")]
    [InlineData("G.Flows().Metrics().Sum('ABBytes')", "G.Flows().Metrics().Sum('ABBytes')", "")]
    [InlineData("G.Flows().Metrics().Sum('Nothing')", "G.Flows()", "Metrics Sum")]
    [InlineData("G.Flows().Metrics('Ovs').Sum('ABBytes')", "G.Flows().Metrics('Ovs').Sum('ABBytes')", "")]
    [InlineData("G.Flows().Metrics().Aggregates()", "G.Flows()", "Metrics Aggregates")]
    [InlineData("G.V().Flows(Since(60)).Since('1m').Count()", "G.Flows(Since(60)).Since('1m').Count()", "")]
    [InlineData("G.Flows().Sockets()", "G.Flows()", "Sockets")]
    [InlineData("G.Flows().RawPackets().BPF('icmp')", "G.Flows().RawPackets()", "BPF")]
    [InlineData("G.Flows().Metrics().Count()", "G.Flows().Metrics().Count()", "")]
    [InlineData("G.Flows().Values('Host').Dedup().Count()", "G.Flows().Values('Host').Dedup()", "Count")]
    [InlineData("G.Flows().Values('Host')", "G.Flows().Values('Host')", "")]
    [InlineData("G.Flows().Values('Host').Dedup()", "G.Flows().Values('Host').Dedup()", "")]
    [InlineData("G.Flows().Values('Host').Dedup().Limit(2)", "G.Flows()", "Values Dedup Limit")]
    [InlineData("G.Flows().Values('Host').Limit(2).Dedup()", "G.Flows().Values('Host').Limit(2)", "Values Limit Dedup")]
    [InlineData("G.Flows().Sort('RTT').Values('Host')", "G.Flows().Sort('RTT')", "Values")]
    [InlineData("G.Flows().Sort('RTT').Sum('RTT')", "G.Flows().Sort('RTT').Sum('RTT')", "")]
    [InlineData("G.Flows().Has('TLS').RawPackets().Count()", "G.Flows().Has('TLS').RawPackets()", "Count")]
    [InlineData("G.Flows().Limit(1).RawPackets()", "G.Flows().Limit(1)", "RawPackets")]
    [InlineData("G.Flows().Nodes().Flows().Count()", "G.Flows()", "Nodes Flows Count")]
    public void Steps_run_there_as_far_as_they_can(string query, string there, string here)
    {
        var (plan, steps, next) = Read(query);

        plan.Text.ShouldBe(there);
        string.Join(' ', steps[next..].Select(step => step.Name)).ShouldBe(here);
        // It's read there as it was here.
        var again = FlowPlan.Parse(plan.Text);
        (again.Result, again.Key, again.IsOfLatest, again.SumKey, again.MoreThan, again.Limit, again.Skip, again.IsOrdered).ShouldBe((plan.Result, plan.Key, plan.IsOfLatest, plan.SumKey, plan.MoreThan, plan.Limit, plan.Skip, plan.IsOrdered));
        again.TellingOrder.ShouldBe(plan.TellingOrder);
        again.Dedup.ShouldBe(plan.Dedup);
        query[(plan.Shift + 2)..].ShouldStartWith(plan.Text[2..]);
    }

    [Fact]
    public void Steps_that_fit_into_no_message_are_refused()
    {
        var query = $"G.V().Flows().Has('Host', Within('{new string('ä', 30_000)}'))";

        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        (error.Column, error.Reason).ShouldBe((7, "the steps on flows may have 40960 bytes"));
    }

    private static (FlowPlan Plan, ImmutableArray<StepSyntax> Steps, int Next) Read(string query)
    {
        var steps = GremlinParser.Parse(query);
        var first = steps.Select((step, i) => (step, i)).First(s => s.step.Name == "Flows").i;
        var (plan, next) = FlowPlan.Read(query, steps, first);
        return (plan, steps, next);
    }
}
