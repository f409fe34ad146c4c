using System.Diagnostics;
using Akka.Actor;
using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using static Analyzer.Node.Tests.Kit.TestFlows;

namespace Analyzer.Node.Tests.Flows;

/// <summary>How a flows entity answers: in parts, as they're taken.</summary>
public sealed class FlowQueriesTests : EntityTest
{
    private static readonly FlowsEntitySettings Settings = new(new FlowLimits(TimeSpan.FromHours(1), 100_000), 1000, TimeSpan.FromHours(1));

    [Fact]
    public void Two_parts_are_on_the_way_and_the_next_comes_when_one_is_taken()
    {
        var entity = Filled(5_000);
        entity.Tell(Query("G.Flows()"), TestActor);

        var parts = new List<FlowsPart> { ExpectMsg<FlowsPart>(), ExpectMsg<FlowsPart>() };
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        while (!parts[^1].IsLast)
        {
            entity.Tell(Take(parts.Count - 1), TestActor);
            parts.Add(ExpectMsg<FlowsPart>());
        }

        parts.Select(part => part.Number).ShouldBe(Enumerable.Range(1, parts.Count));
        parts.Count.ShouldBeGreaterThan(4);
        parts.ShouldAllBe(part => part.CalculateSize() <= 61 << 10 && part.Partition == 3 && part.Query == 1);
        Uuids(parts).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(1, 5_000).Select(i => i.ToString("x")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_query_sent_again_is_begun_once()
    {
        var entity = Filled(5_000);
        entity.Tell(Query("G.Flows()"), TestActor);
        entity.Tell(Query("G.Flows()"), TestActor);

        ExpectMsg<FlowsPart>().Number.ShouldBe(1);
        ExpectMsg<FlowsPart>().Number.ShouldBe(2);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_query_that_is_stopped_sends_nothing_more_and_is_forgotten()
    {
        var entity = Filled(5_000);
        entity.Tell(Query("G.Flows()"), TestActor);
        ExpectMsg<FlowsPart>();
        ExpectMsg<FlowsPart>();

        entity.Tell(new StopFlows { Partition = 3, Asker = "asker" }, TestActor);
        entity.Tell(Take(2), TestActor);
        ExpectMsg<FlowsPart>().Error.ShouldContain("isn't known");
    }

    [Fact]
    public void A_query_whose_parts_nobody_takes_is_forgotten_after_a_while()
    {
        var entity = Filled(5_000, Settings with { ForgetQueriesAfter = TimeSpan.FromMilliseconds(50) });
        entity.Tell(Query("G.Flows()"), TestActor);
        ExpectMsg<FlowsPart>();
        ExpectMsg<FlowsPart>();

        AwaitAssert(() =>
        {
            // Asking is a sign of life: the query is asked for by a part it has sent already.
            Thread.Sleep(150);
            entity.Tell(Take(0), TestActor);
            ExpectMsg<FlowsPart>(TimeSpan.FromMilliseconds(500)).Error.ShouldContain("isn't known");
        });
    }

    [Fact]
    public void A_long_query_leaves_turns_to_others()
    {
        var entity = Filled(60_000);
        // Looks at each flow's text, for many turns.
        entity.Tell(Query("G.Flows().Has('UUID', Regex('.*x.*'))", 1), TestActor);
        entity.Tell(Query("G.Flows().Count()", 2), TestActor);

        ExpectMsg<FlowsPart>().Query.ShouldBe(2);
        ExpectMsg<FlowsPart>().Query.ShouldBe(1);
    }

    [Fact]
    public void Too_many_queries_are_refused()
    {
        var entity = Filled(5_000);
        for (var i = 1; i <= FlowQueries.MostQueries + 1; i++)
        {
            entity.Tell(Query("G.Flows()", i), TestActor);
        }

        var refused = FishForMessage<FlowsPart>(part => part.Error.Length > 0);
        (refused.Query, refused.IsLast).ShouldBe((FlowQueries.MostQueries + 1, true));
    }

    [Theory]
    [InlineData("G.Flows().Sum('Host')", "adds numbers", 11)]
    [InlineData("G.V()", "begins with Flows", 1)]
    [InlineData("G.Flows().Nonsense()", "unknown step", 11)]
    public void What_is_wrong_with_the_steps_is_said_with_its_column(string steps, string reason, int column)
    {
        var entity = Filled(1);
        entity.Tell(Query(steps), TestActor);

        var part = ExpectMsg<FlowsPart>();
        part.Error.ShouldContain(reason);
        (part.ErrorColumn, part.IsLast).ShouldBe((column, true));
    }

    [Fact]
    public void A_flow_that_goes_between_two_parts_is_not_in_the_second_and_neither_is_who_has_its_place()
    {
        var state = new FlowPartitionState(Settings.Limits);
        state.Apply(new FlowsUpdated { Blocks = { Block([.. Enumerable.Range(1, 3_000).Select(i => Flow(i.ToString("x"), last: i))]) } });
        var all = new FlowScan(Query("G.Flows()"), state.Table, state.RawPackets);
        var top = new FlowScan(Query("G.Flows().Sort('UUID').Limit(2900)"), state.Table, state.RawPackets);
        var first = Uuids([Part(all)]);
        var firstOfTop = Uuids([Part(top)]);

        string[] gone = ["bb8", "b00"];
        first.ShouldNotContain("b00");
        firstOfTop.ShouldNotContain("b00");
        state.Apply(new FlowsExpired { Uuids = { Ids(gone) } });
        state.Apply(new FlowsUpdated { Blocks = { Block([Flow("fffff")]) } });

        var rest = Rest(all);
        rest.ShouldNotContain("bb8");
        // What has come since isn't told either: it may be one that was, and came back.
        first.Concat(rest).Distinct().Count().ShouldBe(2_998);
        Rest(top).ShouldNotContain("fffff");
        Rest(top).Intersect(gone).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("G.Flows().Has('UUID', Regex('.*')).Count()", 2_999)]
    [InlineData("G.Flows()", 2_999)]
    [InlineData("G.Flows().Sort('UUID')", 2_999)]
    [InlineData("G.Flows().Limit(3000)", 2_999)]
    public void A_flow_that_goes_and_comes_back_while_a_query_runs_is_told_once(string steps, int count)
    {
        var state = new FlowPartitionState(Settings.Limits);
        state.Apply(new FlowsUpdated { Blocks = { Block([.. Enumerable.Range(1, 3_000).Select(i => Flow(i.ToString("x"), last: i))]) } });
        var scan = new FlowScan(Query(steps), state.Table, state.RawPackets);
        var parts = new List<FlowsPart>();
        if (scan.Next(Stopwatch.GetTimestamp()) is { } first)
        {
            parts.Add(first);
        }

        scan.Looked.ShouldBeInRange(1, 1_000);
        // What came first has been looked at; it gets the number of a flow that hasn't.
        state.Apply(new FlowsExpired { Uuids = { Ids("1", "7d0") } });
        state.Apply(new FlowsUpdated { Blocks = { Block([Flow("1", last: 5_000)]) } });
        while (parts is [] || !parts[^1].IsLast)
        {
            parts.Add(Part(scan));
        }

        var told = Uuids(parts);
        told.Distinct().Count().ShouldBe(told.Length);
        (steps.Contains("Count", StringComparison.Ordinal) ? (int)parts[^1].Count : told.Length).ShouldBeInRange(count - 1, count);
    }

    [Fact]
    public void A_query_that_is_stopped_looks_at_no_more_flows()
    {
        var table = new FlowTable();
        table.Apply(Rows(Unlike(60_000)), 0);
        FlowScan? scan = null;
        var queries = new FlowQueries(3, query => scan = new FlowScan(query, table, new RawPacketStore(0)), () => { });
        queries.Start(Query("G.Flows().Has('UUID', Regex('.*x.*'))"), TestActor);
        queries.Turn();
        var looked = scan!.Looked;
        looked.ShouldBeInRange(1, 59_999);

        queries.Stop(new StopFlows { Partition = 3, Asker = "asker" });
        for (var i = 0; i < 100; i++)
        {
            queries.Turn();
        }

        scan.Looked.ShouldBe(looked);
        queries.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*b")]
    [InlineData("(.*)*(.*)*(.*)*x")]
    public void No_regular_expression_holds_a_partition_up(string pattern)
    {
        var table = new FlowTable();
        var flow = Flow("1");
        flow.Tls = new Tls { ServerName = new string('a', 20_000) };
        table.Apply(Rows([flow]), 0);
        var since = Stopwatch.GetTimestamp();

        Part(new FlowScan(Query($"G.Flows().Has('TLS.ServerName', Regex('{pattern}')).Count()"), table, new RawPacketStore(0))).Count.ShouldBe(0);
        // Backtracking wouldn't be done this year.
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_sort_of_a_full_partition_is_done_in_short_turns()
    {
        var table = new FlowTable();
        table.Apply(Rows(Unlike(50_000)), 0);
        var scan = new FlowScan(Query("G.Flows().Sort(DESC, 'UUID')"), table, new RawPacketStore(0));
        var turns = 0;
        while (scan.Next(Stopwatch.GetTimestamp()) is null)
        {
            turns++;
        }

        turns.ShouldBeGreaterThan(50_000 / 256);
    }

    [Fact]
    public async Task A_packet_that_is_larger_than_a_part_comes_in_pieces()
    {
        var state = new FlowPartitionState(Settings.Limits);
        var data = new byte[150_000];
        new Random(1).NextBytes(data);
        state.Apply(new FlowsUpdated
        {
            Blocks = { Block([Flow("a")]) },
            RawPackets = { new RawPacket { FlowUuid = Id("a"), Index = 1, Data = ByteString.CopyFrom(1) }, new RawPacket { FlowUuid = Id("a"), Index = 2, Data = ByteString.CopyFrom(data) }, new RawPacket { FlowUuid = Id("a"), Index = 3 } },
        });

        var parts = Scan(state.Table, state.RawPackets, Query("G.Flows().RawPackets()"));
        parts.ShouldAllBe(part => part.CalculateSize() < 64 << 10);
        var packets = await FlowAnswer.PacketsAsync(Async(parts), long.MaxValue, CancellationToken.None);
        packets.Select(packet => packet.Index).ShouldBe([1, 2, 3]);
        packets[1].Data.ToByteArray().ShouldBe(data);
    }

    [Fact]
    public void Flows_that_compress_worse_than_those_before_fit_into_parts_all_the_same()
    {
        var random = new Random(1);
        var alike = Enumerable.Range(1, 2_000).Select(i => Flow(i.ToString("x")));
        var unlike = Enumerable.Range(1, 2_000).Select(i =>
        {
            var flow = Flow(random.NextInt64(1 << 20, long.MaxValue).ToString("x"), random.NextInt64(1, long.MaxValue).ToString("x"), random.NextInt64(1, long.MaxValue).ToString("x"));
            flow.Tls = new Tls { ServerName = Convert.ToHexString(RandomBytes(random, 300)) };
            return flow;
        });
        var table = new FlowTable();
        table.Apply(Rows([.. alike, .. unlike]), 0);

        var parts = Scan(table, new RawPacketStore(0), Query("G.Flows()"));
        parts.ShouldAllBe(part => part.CalculateSize() <= 61 << 10);
        Uuids(parts).Distinct().Count().ShouldBe(4_000);
    }

    [Fact]
    public void A_turn_is_short_whatever_is_looked_at()
    {
        var table = new FlowTable();
        table.Apply(Rows([.. Enumerable.Range(1, 50_000).Select(i => Flow(i.ToString("x")))]), 0);
        var scan = new FlowScan(Query("G.Flows().Has('UUID', Regex('.*x.*'))"), table, new RawPacketStore(0));
        var turns = 0;
        FlowsPart? part;
        do
        {
            turns++;
            part = scan.Next(Stopwatch.GetTimestamp());
        }
        while (part is null);

        // A look at the clock each 256 flows.
        turns.ShouldBeInRange(50_000 / 256, (50_000 / 256) + 2);
    }

    private static async IAsyncEnumerable<FlowsPart> Async(IEnumerable<FlowsPart> parts)
    {
        foreach (var part in parts)
        {
            await Task.Yield();
            yield return part;
        }
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static FlowsPart Part(FlowScan scan) => scan.Next(long.MaxValue).ShouldNotBeNull();

    private static string[] Rest(FlowScan scan)
    {
        var parts = new List<FlowsPart>();
        do
        {
            parts.Add(Part(scan));
        }
        while (!parts[^1].IsLast);
        return Uuids(parts);
    }

    private static QueryFlows Query(string steps, int query = 1) => new() { Partition = 3, Asker = "asker", Query = query, Steps = steps };

    private static TakeFlows Take(int taken) => new() { Partition = 3, Asker = "asker", Query = 1, Taken = taken };

    private IActorRef Filled(int count, FlowsEntitySettings? settings = null)
    {
        var entity = Sys.ActorOf(FlowsEntity.Props(3, settings ?? Settings));
        entity.Tell(Update(Unlike(count)), TestActor);
        ExpectMsg<FlowsStored>();
        return entity;
    }
}
