using Analyzer.Node.Flows;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Flows;

public sealed class FlowPartitionStateTests
{
    private readonly FlowPartitionState _state = new(new FlowLimits(TimeSpan.FromMinutes(1), 5));

    [Fact]
    public void Only_news_is_stored()
    {
        Store(Flow("a", packets: 1), Flow("b", packets: 1));

        var updated = _state.Decide(Update(Flow("a", packets: 1), Flow("b", last: 11_000, packets: 2), Flow("c")), 500)!;

        updated.At.ShouldBe(500);
        updated.Flows.Select(f => f.Uuid).ShouldBe(["b", "c"]);
        _state.Decide(Update(Flow("a", packets: 1)), 500).ShouldBeNull();
    }

    [Fact]
    public void An_older_state_sent_again_does_not_replace_a_newer_one()
    {
        Store(Flow("a", last: 20_000, packets: 10));

        _state.Decide(Update(Flow("a", last: 15_000, packets: 8)), 0).ShouldBeNull();
        _state.Decide(Update(Flow("a", last: 20_000, packets: 8)), 0).ShouldBeNull();
    }

    [Fact]
    public void A_finished_flow_does_not_come_back_to_life()
    {
        Store(Flow("a", packets: 3, finish: FinishType.TcpFin));

        _state.Decide(Update(Flow("a", packets: 3)), 0).ShouldBeNull();
    }

    [Fact]
    public void Flows_past_their_retention_expire()
    {
        Store(Flow("old", last: 10_000), Flow("young", last: 60_000));

        _state.DecideExpiry(60_000).ShouldBeNull();
        var expired = _state.DecideExpiry(70_001)!;
        expired.Uuids.ShouldBe(["old"]);
        _state.Apply(expired);
        Find(new GetFlows()).ShouldBe(["young"]);
    }

    [Fact]
    public void Flows_of_an_old_capture_file_are_kept_from_when_they_were_told()
    {
        _state.Apply(_state.Decide(new UpdateFlows { Flows = { Flow("file", last: 1) } }, 100_000)!);
        _state.DecideExpiry(110_000).ShouldBeNull();

        var recovered = new FlowPartitionState(new FlowLimits(TimeSpan.FromSeconds(60), 5));
        recovered.Apply(_state.ToSnapshot());
        recovered.DecideExpiry(160_000).ShouldBeNull();
        recovered.DecideExpiry(160_001)!.Uuids.ShouldBe(["file"]);
    }

    [Fact]
    public void When_there_are_too_many_the_longest_unseen_expire()
    {
        Store([.. Enumerable.Range(0, 8).Select(i => Flow($"f{i}", last: 10_000 + i))]);

        _state.DecideExpiry(10_100)!.Uuids.ShouldBe(["f0", "f1", "f2"]);
    }

    [Fact]
    public void Flows_are_found_by_every_criterion()
    {
        Store(
            Flow("a", tracking: "t1", l3: "l1", node: "n1", last: 10_000),
            Flow("b", tracking: "t1", l3: "l2", node: "n2", last: 11_000),
            Flow("c", tracking: "t2", l3: "l1", node: "n2", last: 12_000));

        Find(new GetFlows()).ShouldBe(["c", "b", "a"]);
        Find(new GetFlows { Uuids = { "a", "c", "a", "nobody" } }).ShouldBe(["c", "a"]);
        Find(new GetFlows { TrackingIds = { "t1" } }).ShouldBe(["b", "a"]);
        Find(new GetFlows { L3TrackingIds = { "l1" } }).ShouldBe(["c", "a"]);
        Find(new GetFlows { NodeTids = { "n2" } }).ShouldBe(["c", "b"]);
        Find(new GetFlows { NodeTids = { "n2" }, L3TrackingIds = { "l1" } }).ShouldBe(["c"]);
        Find(new GetFlows { NodeTids = { "n1" }, TrackingIds = { "t2" } }).ShouldBeEmpty();
        Find(new GetFlows { Limit = 2 }).ShouldBe(["c", "b"]);
        Find(new GetFlows { ActiveSince = 11_000 }).ShouldBe(["c", "b"]);
        Find(new GetFlows { ActiveUntil = 4_000 }).ShouldBeEmpty();
    }

    [Fact]
    public void A_flow_that_changes_its_ids_is_found_by_the_new_ones_only()
    {
        Store(Flow("a", tracking: "t1", packets: 1));
        Store(Flow("a", tracking: "t2", packets: 2));

        Find(new GetFlows { TrackingIds = { "t1" } }).ShouldBeEmpty();
        Find(new GetFlows { TrackingIds = { "t2" } }).ShouldBe(["a"]);
    }

    [Fact]
    public void A_snapshot_is_the_state_again()
    {
        Store(Flow("a", tracking: "t1"), Flow("b"));
        var again = new FlowPartitionState(new FlowLimits(TimeSpan.FromMinutes(1), 5));
        again.Apply(_state.ToSnapshot());

        again.Count.ShouldBe(2);
        again.Find(new GetFlows { TrackingIds = { "t1" } }).Flows.ShouldHaveSingleItem().Uuid.ShouldBe("a");
    }

    internal static Flow Flow(
        string uuid, string tracking = "t", string l3 = "l", string node = "n", long last = 10_000, long packets = 1, FinishType finish = FinishType.NotFinished) => new()
        {
            Uuid = uuid,
            TrackingId = tracking,
            L3TrackingId = l3,
            NodeTid = node,
            Start = 5_000,
            Last = last,
            FinishType = finish,
            Metric = new FlowMetric { AbPackets = packets },
        };

    internal static UpdateFlows Update(params Flow[] flows)
    {
        var update = new UpdateFlows { Partition = 3, Host = "h1", Session = "s", Sequence = 7 };
        update.Flows.AddRange(flows);
        return update;
    }

    private void Store(params Flow[] flows) => _state.Apply(_state.Decide(Update(flows), 0).ShouldNotBeNull());

    private string[] Find(GetFlows query) => [.. _state.Find(query).Flows.Select(f => f.Uuid)];
}
