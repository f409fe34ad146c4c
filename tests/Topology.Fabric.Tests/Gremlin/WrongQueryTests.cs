using FsCheck;
using FsCheck.Fluent;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Steps;

namespace Topology.Fabric.Tests.Gremlin;

public class WrongQueryTests
{
    [Theory]
    [InlineData("", 1, "begins with G")]
    [InlineData("V()", 1, "begins with G")]
    [InlineData("G V()", 3, "'.'")]
    [InlineData("G.", 3, "step should follow")]
    [InlineData("G.V", 4, "'('")]
    [InlineData("G.V(", 5, "end of the query")]
    [InlineData("G.V('a", 5, "closing quote")]
    [InlineData("G.V('a'", 8, "column 4 has no ')'")]
    [InlineData("G.V().Hass('Name', 'x')", 7, "unknown step 'Hass', did you mean Has?")]
    [InlineData("G.V().Has()", 7, "Has takes")]
    [InlineData("G.V().Has('a', 'b', 'c')", 7, "in pairs")]
    [InlineData("G.V().Has(7, 'b')", 11, "a text")]
    [InlineData("G.V().Has('a', Foo(1))", 16, "'Foo' isn't a predicate")]
    [InlineData("G.V().Has('a', Betwen(1, 2))", 16, "'Betwen' isn't a predicate, did you mean Between? There are Eq, Ne,")]
    [InlineData("G.V().Decsendants()", 7, "unknown step 'Decsendants', did you mean Descendants?")]
    [InlineData("G.V().Frobnicate()", 7, "unknown step 'Frobnicate', did you mean ")]
    [InlineData("G.V().Select('x')", 14, "nothing has been named 'x'")]
    [InlineData("G.V().As('x').Select('x', 'y')", 27, "nothing has been named 'y'")]
    [InlineData("G.V().Flows().As('x')", 15, "As can't follow flows")]
    [InlineData("G.V().Count().G.V()", 15, "G can't follow a single value")]
    [InlineData("G.V().BPF('icmp')", 7, "BPF can't follow nodes")]
    [InlineData("G.Flows().RawPackets().BPF()", 24, "one expression")]
    [InlineData("G.V().Has('a', Regex('('))", 16, "regular expression")]
    [InlineData("G.V().Has('a', Lt('x'))", 16, "compares numbers")]
    [InlineData("G.V().Has('a', Between(1))", 16, "two numbers")]
    [InlineData("G.V().Has('a', IPV4Range('x'))", 16, "IPv4 network")]
    [InlineData("G.V().Limit()", 7, "one number")]
    [InlineData("G.V().Limit(-1)", 13, "whole number")]
    [InlineData("G.V().Limit('a')", 13, "whole number")]
    [InlineData("G.V().Count().Out()", 15, "Out can't follow a single value")]
    [InlineData("G.E().Out()", 7, "Out can't follow edges")]
    [InlineData("G.V().ShortestPathTo('a')", 22, "Metadata")]
    [InlineData("G.V().ShortestPathTo()", 7, "Metadata")]
    [InlineData("G.Flows().Has('Colour', 'red')", 15, "no field 'Colour'")]
    [InlineData("G.Flows().Dedup('Colour')", 11, "no field 'Colour'")]
    [InlineData("G.V().Sort(UP, 'Name')", 7, "ASC or DESC")]
    [InlineData("G.V(1e999)", 5, "isn't a number")]
    [InlineData("G.V().Has('a', ?)", 16, "argument")]
    [InlineData("G.V().Dedup(1)", 13, "a text")]
    public void What_is_wrong_is_said_with_its_column(string query, int column, string reason)
    {
        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        error.Reason.ShouldContain(reason);
        error.Column.ShouldBe(column);
    }

    [Theory]
    [InlineData("G.V()\n  .Has('Name', 'x')\n  .Foo()", 3, 4, "line 3, column 4: unknown step 'Foo'")]
    [InlineData("G.V()\n.Has('a\n', Lt('x'))", 3, 4, "line 3, column 4: Lt compares numbers")]
    [InlineData("G.V()\r\n.", 2, 2, "line 2, column 2: a step should follow '.'")]
    [InlineData("G.V", 1, 4, "column 4: ")]
    public void A_query_of_several_lines_is_told_by_line(string query, int line, int column, string message)
    {
        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        (error.Line, error.Column).ShouldBe((line, column));
        error.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task What_only_the_run_finds_is_told_by_line_too()
    {
        var error = await Should.ThrowAsync<GremlinException>(() => SampleNetwork.RunAsync("G.V()\n  .Sum('Name')"));
        (error.Line, error.Column).ShouldBe((2, 4));
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Should.Throw<GremlinException>(() => GremlinQuery.Parse("G.V().Has('a', " + string.Concat(Enumerable.Repeat("Within(", 10_000)))).Reason.ShouldContain("nest");

    [Fact]
    public void Huge_queries_are_refused() =>
        Should.Throw<GremlinException>(() => GremlinQuery.Parse($"G.V('{new string('x', 1_000_000)}')")).Reason.ShouldContain("characters");

    [Fact]
    public void Endless_chains_are_refused() =>
        Should.Throw<GremlinException>(() => GremlinQuery.Parse("G.V()" + string.Concat(Enumerable.Repeat(".Out()", 1000)))).Reason.ShouldContain("steps");

    [Fact]
    public async Task A_hostile_regular_expression_costs_no_more_than_the_text()
    {
        var result = await SampleNetwork.IdsAsync("G.V().Has('Name', Regex('(a+)+(a+)+(a+)+b'))");
        result.ShouldBeEmpty();
    }

    [Fact]
    public void A_regular_expression_that_grows_too_large_is_refused() =>
        Should.Throw<GremlinException>(() => GremlinQuery.Parse("G.V().Has('Name', Regex('((a{500}){500}){500}'))")).Reason.ShouldContain("regular expression");

    [Fact]
    public void Any_text_is_read_or_refused_with_a_column_inside_it()
    {
        var pieces = Gen.Elements([.. StepTable.Names, "G", ".", "(", ")", "'a'", "\"", "'", ",", "1", "-", "Regex", "Metadata", "Within", "Since", "NOW", "true", " ", "\n", "\\", "é", "DESC"]);
        Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                GremlinQuery.Parse(text);
            }
            catch (GremlinException e)
            {
                var lines = text.Split('\n');
                e.Line.ShouldBeInRange(1, lines.Length);
                e.Column.ShouldBeInRange(1, lines[e.Line - 1].Length + 1);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(25));
    }

    [Fact]
    public void Any_chain_of_steps_is_read_or_refused_with_a_column_inside_it()
    {
        var arguments = Gen.Elements("", "'Name'", "'Name', 'a'", "1", "0, 3", "'MTU', Gt(3)", "Metadata('Name', 'a')", "DESC, 'Last'", "'UUID', Within('a', 2)", "'10.0.0.1'", "'-5m'", "NOW, FOREVER", "Since(60)", "'RelationType', 'layer2', 2", "'Ovs'", "'Name', Contains('a')");
        var steps = Gen.Elements(StepTable.Names.ToArray()).Zip(arguments).Select(s => $".{s.Item1}({s.Item2})");
        Prop.ForAll(steps.ListOf().Select(s => "G" + string.Concat(s)).ToArbitrary(), text =>
        {
            try
            {
                GremlinQuery.Parse(text).RunAsync(SampleNetwork.Graph, SampleNetwork.Flows, CancellationToken.None).GetAwaiter().GetResult().ShouldNotBeNull();
            }
            catch (GremlinException e)
            {
                e.Column.ShouldBeInRange(1, text.Length + 1);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(8));
    }
}
