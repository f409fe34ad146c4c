using Agent.Node.Uplink;
using Google.Protobuf;
using Shared.Messages.Flows;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using static Agent.Node.Tests.ToldFlows;

namespace Agent.Node.Tests.Uplink;

public sealed class OutboxTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);
    private static readonly TimeSpan Resend = TimeSpan.FromSeconds(3);

    [Fact]
    public void Flows_wait_until_the_number_of_partitions_is_known_and_then_go_where_they_belong()
    {
        var outbox = Flows();
        outbox.Offer(Updates(Flow("1", "a"), Flow("2", "b"), Flow("3", "a")));
        outbox.Due(Start).ShouldBeEmpty();

        outbox.Assign(16);

        var due = outbox.Due(Start);
        due.SelectMany(m => m.Told.Select(f => (f.Uuid, m.Partition)))
            .ShouldBe([(Id("1"), FlowPartition.Of(Id("a"), 16)), (Id("2"), FlowPartition.Of(Id("b"), 16)), (Id("3"), FlowPartition.Of(Id("a"), 16))], ignoreOrder: true);
        due.ShouldAllBe(m => m.Session == "s" && m.Host == "h");
    }

    [Fact]
    public void A_newer_state_takes_the_place_of_one_that_waits()
    {
        var outbox = Flows();
        outbox.Offer(Updates(Flow("1", "a", packets: 1), Flow("1", "a", packets: 5)));
        outbox.Assign(1);

        outbox.Due(Start).ShouldHaveSingleItem().Told.ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(5);
    }

    [Fact]
    public void A_few_messages_per_partition_are_on_their_way_until_they_are_acknowledged()
    {
        var outbox = Flows(batch: 2);
        outbox.Assign(1);
        outbox.Offer(Updates([.. Enumerable.Range(1, (2 * FlowOutbox.Window) + 1).Select(i => Flow($"{i}", "a"))]));

        var first = outbox.Due(Start);
        first.Count.ShouldBe(FlowOutbox.Window);
        first.Select(message => (message.Told.Count, message.Flows)).ShouldBe(Enumerable.Repeat((2, 2), FlowOutbox.Window));
        outbox.Due(Start).ShouldBeEmpty();
        outbox.Acknowledge(Stored(first[2]));
        outbox.Due(Start).ShouldHaveSingleItem().Told.ShouldHaveSingleItem().Uuid.ShouldBe(Id($"{(2 * FlowOutbox.Window) + 1}"));
        outbox.Delivered.ShouldBe(2);
    }

    [Fact]
    public void Few_flows_wait_for_the_next_time_while_others_are_on_their_way()
    {
        var outbox = Flows(batch: 2);
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a")));
        var first = outbox.Due(Start, all: false).ShouldHaveSingleItem();
        outbox.Offer(Updates(Flow("2", "a")));
        outbox.Due(Start, all: false).ShouldBeEmpty();
        outbox.Offer(Updates(Flow("2", "a", packets: 2)));
        outbox.Due(Start, all: false).ShouldBeEmpty();
        outbox.Offer(Updates(Flow("3", "a")));
        outbox.Due(Start, all: false).ShouldHaveSingleItem().Told.Select(flow => flow.Uuid).ShouldBe([Id("2"), Id("3")]);
        outbox.Acknowledge(Stored(first));
        outbox.Offer(Updates(Flow("4", "a")));
        outbox.Due(Start, all: true).ShouldHaveSingleItem().Told.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_may_wait_isnt_dropped_and_comes_in_when_there_is_room()
    {
        var takenIn = new List<int>();
        var outbox = Flows(capacity: 2);
        outbox.Assign(1);
        for (var i = 1; i <= 6; i++)
        {
            outbox.Offer(Updates(Flow($"{i}", "a")) with { MayWait = true, TakenIn = takenIn.Add });
        }

        takenIn.ShouldBe([0, 0]);
        outbox.Count.ShouldBe(6);
        var told = new List<string>();
        while (outbox.Due(Start) is [var message, ..])
        {
            told.AddRange(message.Told.Select(flow => flow.Uuid));
            outbox.Acknowledge(Stored(message));
        }

        told.ShouldBe([.. Enumerable.Range(1, 6).Select(i => Id($"{i}"))]);
        takenIn.ShouldBe([0, 0, 0, 0, 0, 0]);
        (outbox.Dropped, outbox.Delivered, outbox.Count).ShouldBe((0, 6, 0));
    }

    [Fact]
    public void What_cant_wait_however_long_waits_while_as_much_again_does_and_is_lost_beyond_that()
    {
        var lost = new List<int>();
        var outbox = Flows(capacity: 2);
        outbox.Assign(1);
        for (var i = 1; i <= 6; i++)
        {
            outbox.Offer(Updates(Flow($"{i}", "a")) with { TakenIn = lost.Add });
        }

        lost.ShouldBe([0, 0, 1, 1]);
        var told = new List<string>();
        while (outbox.Due(Start) is [var message, ..])
        {
            told.AddRange(message.Told.Select(flow => flow.Uuid));
            outbox.Acknowledge(Stored(message));
        }

        told.ShouldBe([.. Enumerable.Range(1, 4).Select(i => Id($"{i}"))]);
        lost.ShouldBe([0, 0, 1, 1, 0, 0]);
        (outbox.Dropped, outbox.Delivered, outbox.Count).ShouldBe((2, 4, 0));
    }

    [Fact]
    public void What_was_told_before_a_mark_is_delivered_when_all_of_it_is_acknowledged_or_refused()
    {
        var outbox = Flows(batch: 1);
        outbox.Assign(2);
        outbox.Offer(Updates(Flow("1", "a"), Flow("2", "b"), Flow("3", "a")));
        var mark = outbox.Mark();
        outbox.Offer(Updates(Flow("4", "a"), Flow("5", "b")));
        var sent = outbox.Due(Start).ToDictionary(message => message.Told.ShouldHaveSingleItem().Uuid);
        outbox.HasCome(mark).ShouldBeFalse();
        outbox.Acknowledge(Stored(sent[Id("4")]));
        outbox.Acknowledge(Stored(sent[Id("3")]));
        outbox.Acknowledge(Stored(sent[Id("2")]));
        outbox.HasCome(mark).ShouldBeFalse();
        outbox.Refuse(new FlowsRefused { Session = "s", Partition = sent[Id("1")].Partition, Sequence = sent[Id("1")].Sequence });
        outbox.HasCome(mark).ShouldBeTrue();
        outbox.Count.ShouldBe(1);
    }

    [Fact]
    public void No_message_is_larger_than_its_limit_and_nothing_is_lost_for_that()
    {
        var outbox = Flows(capacity: 1000, batch: 500);
        outbox.Assign(1);
        var random = new Random(7);
        // Names that nothing compresses.
        var flows = Enumerable.Range(1, 500).Select(i => Flow($"{i}", "a")).ToList();
        foreach (var flow in flows)
        {
            flow.Tls = new Tls { ServerName = new string([.. Enumerable.Range(0, 1000).Select(_ => (char)random.Next(0x20, 0x7f))]) };
        }

        outbox.Offer(Updates(flows));
        var told = new List<Flow>();
        while (outbox.Due(Start) is { Count: > 0 } due)
        {
            due.ShouldAllBe(message => message.CalculateSize() < 64 << 10);
            told.AddRange(due.SelectMany(message => message.Told));
            due.ToList().ForEach(message => outbox.Acknowledge(Stored(message)));
        }

        told.Select(flow => (flow.Uuid, flow.Tls.ServerName)).ShouldBe(flows.Select(flow => (flow.Uuid, flow.Tls.ServerName)), ignoreOrder: true);
    }

    [Fact]
    public void What_isnt_acknowledged_is_sent_again_as_it_was_and_ever_later()
    {
        var outbox = Flows();
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a")));
        var first = outbox.Due(Start).ShouldHaveSingleItem();

        outbox.Due(Start + Resend - TimeSpan.FromTicks(1)).ShouldBeEmpty();
        outbox.Due(Start + Resend).ShouldHaveSingleItem().ShouldBeSameAs(first);
        outbox.Due(Start + (3 * Resend) - TimeSpan.FromTicks(1)).ShouldBeEmpty();
        outbox.Due(Start + (3 * Resend)).ShouldHaveSingleItem().ShouldBeSameAs(first);
        outbox.Acknowledge(Stored(first));
        outbox.Acknowledge(Stored(first));
        outbox.Count.ShouldBe(0);
        outbox.Delivered.ShouldBe(1);
    }

    [Fact]
    public void An_acknowledgement_of_another_session_or_message_doesnt_count()
    {
        var outbox = Flows();
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a")));
        var sent = outbox.Due(Start).Single();

        outbox.Acknowledge(new FlowsStored { Session = "other", Partition = 0, Sequence = sent.Sequence });
        outbox.Acknowledge(new FlowsStored { Session = "s", Partition = 0, Sequence = sent.Sequence + 1 });

        outbox.Count.ShouldBe(1);
    }

    [Fact]
    public void What_is_refused_is_counted_and_left()
    {
        var outbox = Flows(batch: 2);
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a"), Flow("2", "a"), Flow("3", "a")) with { RawPackets = [Packet("1", 1)] });
        var sent = outbox.Due(Start);
        sent.Select(message => (message.Told.Count, message.RawPackets.Count)).ShouldBe([(0, 1), (2, 0), (1, 0)]);
        outbox.Refuse(new FlowsRefused { Session = "s", Partition = 0, Sequence = sent[^1].Sequence + 1 });

        foreach (var message in sent.Take(2))
        {
            var refused = new FlowsRefused { Session = "s", Partition = 0, Sequence = message.Sequence };
            outbox.Refuse(refused);
            outbox.Refuse(refused);
        }

        (outbox.Refused, outbox.RawPacketsRefused, outbox.Delivered, outbox.Count).ShouldBe((2, 1, 0, 1));
    }

    [Fact]
    public void What_doesnt_fit_is_dropped_and_counted()
    {
        var outbox = Flows(capacity: 2);
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a"), Flow("2", "a"), Flow("3", "a"), Flow("2", "a", packets: 9)));

        (outbox.Count, outbox.Dropped).ShouldBe((2, 1));
        outbox.Due(Start).Single().Told.Single(f => f.Uuid == Id("2")).Metric.AbPackets.ShouldBe(9);
        outbox.Offer(Updates(Flow("4", "a"), Flow("5", "a")));
        outbox.Offer(Updates(Flow("6", "a")));
        (outbox.Count, outbox.Dropped).ShouldBe((4, 2));
    }

    [Fact]
    public void The_last_update_of_a_flow_has_room_where_others_have_none()
    {
        var outbox = Flows(capacity: 2);
        outbox.Assign(1);
        var last = Flow("3", "a", packets: 7);
        last.FinishType = FinishType.Timeout;

        outbox.Offer(Updates(Flow("1", "a"), Flow("2", "a"), Flow("4", "a"), last));

        (outbox.Count, outbox.Dropped).ShouldBe((3, 1));
        outbox.Due(Start).Single().Told.Select(flow => flow.Uuid).ShouldBe([Id("1"), Id("2"), Id("3")]);
    }

    [Fact]
    public void Another_number_of_partitions_moves_what_waits_and_what_was_on_its_way()
    {
        var outbox = Flows(batch: 1);
        outbox.Assign(1);
        outbox.Offer(Updates(Flow("1", "a", packets: 1), Flow("2", "b")));
        outbox.Due(Start);
        outbox.Offer(Updates(Flow("1", "a", packets: 2)));

        outbox.Assign(4);

        var due = outbox.Due(Start);
        due.SelectMany(m => m.Told.Select(f => (f.Uuid, m.Partition, f.Metric.AbPackets)))
            .ShouldBe([(Id("1"), FlowPartition.Of(Id("a"), 4), 2L), (Id("2"), FlowPartition.Of(Id("b"), 4), 1L)], ignoreOrder: true);
    }

    [Fact]
    public void A_raw_packet_goes_once_and_again_only_with_a_message_that_isnt_acknowledged()
    {
        var outbox = Flows();
        outbox.Offer(Updates(Packet("1", 1)));
        outbox.Assign(1);
        var first = outbox.Due(Start).ShouldHaveSingleItem();
        first.RawPackets.ShouldHaveSingleItem().Index.ShouldBe(1);
        outbox.Offer(Updates(Packet("1", 2)));
        var second = outbox.Due(Start).ShouldHaveSingleItem();
        second.RawPackets.ShouldHaveSingleItem().Index.ShouldBe(2);
        outbox.Due(Start + Resend).ShouldBe([first, second]);
        outbox.Acknowledge(Stored(first));
        outbox.Acknowledge(Stored(second));
        outbox.Due(Start + (9 * Resend)).ShouldBeEmpty();
    }

    [Fact]
    public void Raw_packets_are_bounded_in_all_and_in_a_message()
    {
        var outbox = new FlowOutbox("s", "h", 10, 10, Resend, rawCapacity: 150_000);
        outbox.Assign(1);
        outbox.Offer(Updates([.. Enumerable.Range(1, 8).Select(i => Packet("1", i, 20_000))]));
        outbox.RawPacketsDropped.ShouldBe(1);
        var sent = outbox.Due(Start);
        sent.Select(message => message.RawPackets.Count).ShouldBe([2, 2, 2, 1]);
        sent.ShouldAllBe(message => message.CalculateSize() < 64 << 10);
        outbox.Acknowledge(Stored(sent[0]));
        outbox.Offer(Updates(Packet("1", 9, 20_000)));
        outbox.RawPacketsDropped.ShouldBe(1);
        outbox.Due(Start).ShouldHaveSingleItem().RawPackets.ShouldHaveSingleItem().Index.ShouldBe(9);
    }

    [Fact]
    public void Another_number_of_partitions_moves_raw_packets_too()
    {
        var outbox = Flows();
        outbox.Assign(1);
        outbox.Offer(Updates(Packet("1", 1)));
        outbox.Due(Start);
        outbox.Offer(Updates(Packet("1", 2)));
        outbox.Assign(7);
        var due = outbox.Due(Start).ShouldHaveSingleItem();
        due.Partition.ShouldBe(FlowPartition.Of(Id("a"), 7));
        due.RawPackets.Select(packet => packet.Index).ShouldBe([1, 2]);
    }

    [Fact]
    public void The_whole_graph_goes_first_and_changes_follow_in_sequence()
    {
        var outbox = Graphs();
        outbox.Offer([Change("early")], elements: 0);
        outbox.Due(Whole, Start).ShouldBeEmpty();
        outbox.StartOver();

        var sync = outbox.Due(Whole, Start).ShouldHaveSingleItem().ShouldBeOfType<SyncGraph>();
        (sync.Host, sync.Session, sync.Sequence, sync.Nodes.Count).ShouldBe(("h", "s", 1, 1));
        outbox.Offer([Change("a")], elements: 0);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([2]);
        outbox.Offer([Change("b")], elements: 0);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([3]);
    }

    [Fact]
    public void Unacknowledged_changes_are_sent_again_in_order()
    {
        var outbox = Synced();
        outbox.Offer([Change("a")], elements: 0);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([2]);
        outbox.Offer([Change("b")], elements: 0);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([3]);
        outbox.Acknowledge("s", 2);

        Sequences(outbox.Due(Whole, Start + Resend)).ShouldBe([3]);
        outbox.Acknowledge("s", 3);
        outbox.Due(Whole, Start + Resend + Resend).ShouldBeEmpty();
    }

    [Fact]
    public void What_stays_unacknowledged_is_sent_again_less_and_less_often_until_something_comes_through()
    {
        var outbox = Synced();
        outbox.Offer([Change("a")], elements: 0);
        outbox.Due(Whole, Start).Count.ShouldBe(1);
        outbox.Offer([Change("b")], elements: 0);
        outbox.Due(Whole, Start).Count.ShouldBe(1);

        SentAgain(outbox, TimeSpan.FromSeconds(200)).ShouldBe([3, 9, 21, 45, 93, 153]);
        outbox.Acknowledge("s", 2);

        outbox.Offer([Change("c")], elements: 0);
        Sequences(outbox.Due(Whole, Start + TimeSpan.FromSeconds(200))).ShouldBe([3, 4]);
        outbox.Due(Whole, Start + TimeSpan.FromSeconds(205)).ShouldBeEmpty();
        Sequences(outbox.Due(Whole, Start + TimeSpan.FromSeconds(206))).ShouldBe([3, 4]);
    }

    [Fact]
    public void Only_a_few_messages_are_on_their_way()
    {
        var outbox = Synced();
        for (var i = 0; i < 3 * GraphOutbox.Window; i++)
        {
            outbox.Offer([Node($"n{i}", 40_000)], elements: 0);
        }

        outbox.Due(Whole, Start).Count.ShouldBe(GraphOutbox.Window);
        outbox.Due(Whole, Start).ShouldBeEmpty();
        outbox.Acknowledge("s", 4);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([10, 11, 12]);
        outbox.Due(Whole, Start + Resend).Count.ShouldBe(GraphOutbox.Window);
    }

    [Fact]
    public void Many_changes_go_in_several_messages()
    {
        var outbox = Synced();
        var changes = Enumerable.Range(0, 1000).Select(i => Node($"n{i}", 300)).ToList();
        outbox.Offer(changes, elements: 0);

        var due = outbox.Due(Whole, Start).Cast<UpdateGraph>().ToList();

        due.Count.ShouldBeInRange(6, GraphOutbox.Window);
        due.ShouldAllBe(message => message.CalculateSize() <= InParts.LargestMessage);
        due.SelectMany(message => message.Changes).ShouldBe(changes);
    }

    [Fact]
    public void What_is_too_large_for_a_message_goes_alone()
    {
        var outbox = Synced();
        outbox.Offer([Change("a"), Node("large", 100_000), Change("b")], elements: 0);

        Sequences(outbox.Due(Whole, Start)).ShouldBe([2]);
        outbox.Acknowledge("s", 2);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([3]);
        outbox.Due(Whole, Start).ShouldBeEmpty();
        outbox.Acknowledge("s", 3);
        Sequences(outbox.Due(Whole, Start)).ShouldBe([4]);
    }

    [Fact]
    public void Starting_over_forgets_what_was_on_its_way()
    {
        var outbox = Graphs();
        outbox.StartOver();
        outbox.Due(Whole, Start);
        outbox.Offer([Change("a")], elements: 0);
        outbox.Due(Whole, Start);

        outbox.StartOver();
        outbox.Offer([Change("b")], elements: 0);

        outbox.Due(Whole, Start).ShouldHaveSingleItem().ShouldBeOfType<SyncGraph>().Sequence.ShouldBe(3);
        outbox.AwaitsWholeGraph.ShouldBeTrue();
    }

    [Fact]
    public void Of_an_element_that_waits_the_last_change_is_sent_in_the_order_of_these()
    {
        var outbox = Busy();
        for (var i = 0; i < 100_000; i++)
        {
            outbox.Offer([Node("n", i % 100), Change("b"), Edge("e")], elements: 3);
        }

        outbox.Offer([new GraphChange { EdgeDeleted = "e" }, Change("n"), Node("b", 1)], elements: 3);
        outbox.Acknowledge("s", GraphOutbox.Window + 1);

        var update = outbox.Due(Whole, Start).ShouldHaveSingleItem().ShouldBeOfType<UpdateGraph>();
        update.Sequence.ShouldBe(GraphOutbox.Window + 2);
        update.Changes.ShouldBe([new GraphChange { EdgeDeleted = "e" }, Change("n"), Node("b", 1)]);
    }

    [Theory]
    [InlineData(0, GraphOutbox.FewElements)]
    [InlineData(10_000, 10_000)]
    public void More_elements_that_wait_than_the_graph_has_become_the_whole_graph(int elements, int most)
    {
        var outbox = Busy();
        for (var i = 0; i < most; i++)
        {
            outbox.Offer([Change($"{i}")], elements);
        }

        outbox.Due(Whole, Start + Resend).ShouldAllBe(message => message is UpdateGraph);
        outbox.Offer([Change("over")], elements);

        outbox.Due(Whole, Start + Resend).ShouldHaveSingleItem().ShouldBeOfType<SyncGraph>();
    }

    [Fact]
    public void Silence_is_broken_by_a_sign_of_life()
    {
        var outbox = Synced();

        outbox.Due(Whole, Start + TimeSpan.FromSeconds(4)).ShouldBeEmpty();
        outbox.Due(Whole, Start + TimeSpan.FromSeconds(5)).ShouldHaveSingleItem().ShouldBeOfType<UpdateGraph>().Changes.ShouldBeEmpty();
    }

    private static GraphOutbox Synced()
    {
        var outbox = Graphs();
        outbox.StartOver();
        outbox.Due(Whole, Start);
        outbox.Acknowledge("s", 1);
        return outbox;
    }

    /// <summary>As many messages on their way as there may be.</summary>
    private static GraphOutbox Busy()
    {
        var outbox = Synced();
        outbox.Offer(Enumerable.Range(0, GraphOutbox.Window).Select(i => Node($"large{i}", 40_000)), elements: 0);
        outbox.Due(Whole, Start).Count.ShouldBe(GraphOutbox.Window);
        return outbox;
    }

    private static List<double> SentAgain(GraphOutbox outbox, TimeSpan within)
    {
        var times = new List<double>();
        for (var time = TimeSpan.Zero; time < within; time += TimeSpan.FromSeconds(1))
        {
            if (outbox.Due(Whole, Start + time).Count > 0)
            {
                times.Add(time.TotalSeconds);
            }
        }

        return times;
    }

    private static IEnumerable<long> Sequences(IEnumerable<IMessage> messages) => messages.Cast<UpdateGraph>().Select(message => message.Sequence);

    private static GraphChange Node(string id, int length) => new()
    {
        NodeSet = new GraphNode { Id = id, Metadata = new MetadataMap { Fields = { ["Text"] = new MetadataValue { StringValue = new string('x', length) } } } },
    };

    private static FlowOutbox Flows(int capacity = 100, int batch = 10) => new("s", "h", capacity, batch, Resend);

    private static RawPacket Packet(string flow, long index, int length = 10) =>
        new() { FlowUuid = Id(flow), L3TrackingId = Id("a"), Index = index, Data = Google.Protobuf.ByteString.CopyFrom(new byte[length]) };

    private static FlowsStored Stored(UpdateFlows message) => new() { Session = message.Session, Partition = message.Partition, Sequence = message.Sequence };

    private static GraphOutbox Graphs() => new("h", "s", Resend, TimeSpan.FromSeconds(5));

    private static SyncGraph Whole() => new() { Nodes = { new GraphNode { Id = "n" } } };

    private static GraphChange Edge(string id) => new() { EdgeSet = new GraphEdge { Id = id } };

    private static GraphChange Change(string id) => new() { NodeDeleted = id };

    private static Flow Flow(string uuid, string l3TrackingId, long packets = 1) =>
        new() { Uuid = Id(uuid), L3TrackingId = Id(l3TrackingId), Metric = new FlowMetric { AbPackets = packets } };
}
