using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;
using static Analyzer.Node.Tests.Kit.TestFlows;

namespace Analyzer.Node.Tests.Flows;

public sealed class FlowPartitionStateTests
{
    private readonly FlowPartitionState _state = new(new FlowLimits(TimeSpan.FromMinutes(1), 5));

    [Fact]
    public void What_says_nothing_new_is_no_news()
    {
        Store(0, Flow("a", packets: 1), Flow("b", packets: 1));

        IsNews(Flow("a", packets: 1)).ShouldBeFalse();
        IsNews(Flow("a", packets: 1), Flow("b", last: 11_000, packets: 2)).ShouldBeTrue();
        IsNews(Flow("c")).ShouldBeTrue();
    }

    [Fact]
    public void An_older_state_sent_again_does_not_replace_a_newer_one()
    {
        Store(0, Flow("a", last: 20_000, packets: 10));

        IsNews(Flow("a", last: 15_000, packets: 8)).ShouldBeFalse();
        IsNews(Flow("a", last: 20_000, packets: 8)).ShouldBeFalse();
    }

    [Fact]
    public void A_finished_flow_does_not_come_back_to_life()
    {
        Store(0, Flow("a", packets: 3, finish: FinishType.TcpFin));

        IsNews(Flow("a", packets: 3)).ShouldBeFalse();
    }

    [Fact]
    public void Flows_past_their_retention_expire()
    {
        Store(10_000, Flow("1"));
        Store(60_000, Flow("2"));

        _state.DecideExpiry(60_000).ShouldBeNull();
        var expired = _state.DecideExpiry(70_001)!;
        expired.Uuids.ShouldBe(Ids("1"));
        _state.Apply(expired);
        Find("G.Flows()").ShouldBe(["2"]);
    }

    [Fact]
    public void Flows_of_an_old_capture_file_are_kept_from_when_they_were_told()
    {
        Store(100_000, Flow("f", last: 1));
        _state.DecideExpiry(110_000).ShouldBeNull();

        var recovered = new FlowPartitionState(new FlowLimits(TimeSpan.FromSeconds(60), 5));
        recovered.Apply(_state.ToSnapshot());
        recovered.DecideExpiry(160_000).ShouldBeNull();
        recovered.DecideExpiry(160_001)!.Uuids.ShouldBe(Ids("f"));
    }

    /// <summary>A file with packets of 2100, or an agent whose clock is wrong.</summary>
    [Fact]
    public void Times_to_come_keep_no_flow_longer_and_push_out_no_other()
    {
        const long year2100 = 4_102_444_800_000;
        Store(1_000, Flow("a", last: year2100));
        Store(2_000, Flow("b"), Flow("c"), Flow("d"), Flow("e"), Flow("f"));

        _state.DecideExpiry(3_000)!.Uuids.ShouldBe(Ids("a"));
        _state.Apply(_state.DecideExpiry(3_000)!);
        Store(4_000, Flow("a", last: year2100));
        _state.DecideExpiry(64_001)!.Uuids.ShouldContain(Id("a"));
    }

    [Fact]
    public void A_flow_whose_update_was_on_its_way_when_it_should_expire_stays()
    {
        Store(10_000, Flow("1"));
        Store(11_000, Flow("2"));
        var expired = _state.DecideExpiry(71_001)!;
        expired.Uuids.ShouldBe(Ids("1", "2"));

        Store(71_000, Flow("1", last: 20_000, packets: 9));
        _state.Apply(expired);

        Find("G.Flows()").ShouldBe(["1"]);
    }

    [Fact]
    public void When_there_are_too_many_the_longest_unseen_expire()
    {
        foreach (var i in Enumerable.Range(0, 8))
        {
            Store(10_000 + i, Flow($"f{i}"));
        }

        _state.DecideExpiry(10_100)!.Uuids.ShouldBe(Ids("f0", "f1", "f2"));
    }

    [Fact]
    public void A_flow_that_changes_its_ids_is_found_by_the_new_ones_only()
    {
        Store(0, Flow("a", tracking: "11", packets: 1));
        Store(0, Flow("a", tracking: "12", packets: 2));

        Find($"G.Flows().Has('TrackingID', '{Id("11")}')").ShouldBeEmpty();
        Find($"G.Flows().Has('TrackingID', '{Id("12")}')").ShouldBe(["a"]);
    }

    [Fact]
    public void A_snapshot_is_the_state_again()
    {
        Store(0, Flow("a", tracking: "11"), Flow("b"));
        Store(1, Flow("a", tracking: "11", packets: 4, last: 12_000));
        var again = new FlowPartitionState(new FlowLimits(TimeSpan.FromMinutes(1), 5));
        again.Apply(_state.ToSnapshot());

        again.Count.ShouldBe(2);
        var flow = Fields(Scan(again.Table, again.RawPackets, new QueryFlows { Steps = $"G.Flows().Has('TrackingID', '{Id("11")}')" })).ShouldHaveSingleItem().Flow;
        (flow.Uuid, flow.LastUpdateMetric.AbPackets).ShouldBe((Id("a"), 3));
    }

    private bool IsNews(params Flow[] flows) => _state.IsNews(Rows(flows), []);

    private void Store(long at, params Flow[] flows) => _state.Apply(new FlowsUpdated { At = at, Blocks = { Block(flows) } });

    private string[] Find(string steps) => Uuids(Scan(_state.Table, _state.RawPackets, new QueryFlows { Steps = steps }));
}
