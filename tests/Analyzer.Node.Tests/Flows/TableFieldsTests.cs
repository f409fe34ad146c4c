using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Analyzer.Node.Tests.Flows;

/// <summary>A row's fields beside those of the flow as a message.</summary>
public sealed class TableFieldsTests
{
    [Fact]
    public void A_row_has_the_fields_of_its_flow()
    {
        var random = new Random(7);
        var make = new RandomFlows(random);
        var flows = Enumerable.Range(0, 200).Select(_ => make.Next()).ToList();
        var table = new FlowTable();
        table.Apply(TestFlows.Rows(flows), 0);
        table.Apply(TestFlows.Rows([.. flows.Take(100).Select(make.Later)]), 1);
        var fields = new TableFields(table);
        var keys = flows.SelectMany(FlowView.Keys).Concat(FlowView.Names).Concat(RowField.Keys).Distinct().ToList();
        keys.Count.ShouldBeGreaterThan(80);
        for (var number = 0; number < table.End; number++)
        {
            fields.MoveTo(number);
            var asMessage = new FlowFields(table.ToFlow(number));
            foreach (var key in keys)
            {
                (fields.TryGet(key, out var value), value).ShouldBe((asMessage.TryGet(key, out var expected), expected), key);
                fields.Any(key, v => v.Kind == MetaKind.Text).ShouldBe(asMessage.Any(key, v => v.Kind == MetaKind.Text), key);
            }

            fields.Keys().ShouldBe(asMessage.Keys());
        }
    }

    [Fact]
    public void A_text_is_looked_at_once_until_numbers_may_stand_for_others()
    {
        var table = new FlowTable();
        table.Apply(TestFlows.Rows([.. Enumerable.Range(1, 100).Select(i => TestFlows.Flow(i.ToString("x"), node: $"n{i % 2}"))]), 0);
        var looked = 0;
        var filter = new RowFilter(new Condition.Matching("NodeTID", new Predicate(Quantifier.Any, value => ++looked > 0 && value.Text == "n1")));
        var fields = new TableFields(table);

        Holding().ShouldBe(50);
        looked.ShouldBe(2);
        table.Apply(TestFlows.Rows([.. Enumerable.Range(1, 100).Select(i => TestFlows.Flow(i.ToString("x"), node: "n1", packets: 2))]), 1);
        filter.ForgetTexts();
        Holding().ShouldBe(100);
        looked.ShouldBe(3);

        int Holding() => Enumerable.Range(0, table.End).Count(number =>
        {
            fields.MoveTo(number);
            return filter.Holds(fields.Row, fields);
        });
    }
}
