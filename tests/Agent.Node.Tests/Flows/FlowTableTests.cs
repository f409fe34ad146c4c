using Agent.Node.Flows;

namespace Agent.Node.Tests.Flows;

public sealed class FlowTableTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void A_full_table_lets_the_least_recently_used_flow_go()
    {
        var left = new Left();
        var table = new FlowTable(3, left);
        for (ulong n = 1; n <= 3; n++)
        {
            table.GetOrAdd(Key(n), (long)n * Second, out _);
        }

        table.GetOrAdd(Key(1), 4 * Second, out var isNew);
        isNew.ShouldBeFalse();
        table.GetOrAdd(Key(4), 5 * Second, out isNew);
        isNew.ShouldBeTrue();
        left.Flows.ShouldBe([(2ul, true)]);
        table.Evicted.ShouldBe(1);
        table.Count.ShouldBe(3);
    }

    [Fact]
    public void Flows_expire_by_their_last_use_finished_ones_by_a_time_of_their_own()
    {
        var left = new Left();
        var table = new FlowTable(10, left);
        for (ulong n = 1; n <= 4; n++)
        {
            table.GetOrAdd(Key(n), (long)n * Second, out _);
        }

        table.Close(ref table.GetOrAdd(Key(3), 5 * Second, out _));
        table.Expire(openBefore: 2 * Second, closingBefore: 6 * Second);
        left.Flows.ShouldBe([(1ul, false), (3ul, false)]);
        table.Count.ShouldBe(2);
    }

    [Fact]
    public void Flows_with_a_timeout_of_their_own_expire_by_it_and_are_evicted_and_walked_with_the_others()
    {
        var left = new Left();
        var table = new FlowTable(5, left, timeouts: 2);
        for (ulong n = 1; n <= 5; n++)
        {
            ref var record = ref table.GetOrAdd(Key(n), (long)n * Second, out _);
            table.SetTimeout(ref record, (byte)(n <= 2 ? FlowTable.FirstTimeout : n == 3 ? FlowTable.FirstTimeout + 1 : FlowTable.Open));
        }
        ref var closed = ref table.GetOrAdd(Key(4), 5 * Second, out _);
        table.Close(ref closed);
        table.SetTimeout(ref closed, FlowTable.FirstTimeout);
        closed.List.ShouldBe(FlowTable.Closing);

        table.GetOrAdd(Key(6), 6 * Second, out _);
        left.Flows.ShouldBe([(4ul, false)]);
        table.Evicted.ShouldBe(0);
        table.GetOrAdd(Key(7), 7 * Second, out _);
        left.Flows.ShouldBe([(4ul, false), (1ul, true)]);
        table.Evicted.ShouldBe(1);
        table.Expire(openBefore: 0, closingBefore: 0, [3 * Second, 3 * Second]);
        left.Flows.ShouldBe([(4ul, false), (1ul, true), (2ul, false)]);
        table.Expire(openBefore: 0, closingBefore: 0, [0, 4 * Second]);
        left.Flows[^1].ShouldBe((3ul, false));
        table.Clear();
        table.Count.ShouldBe(0);
    }

    [Fact]
    public void A_table_that_gives_memory_back_keeps_its_newest_flows_in_their_order_with_what_was_reported_of_them()
    {
        const int flows = 5000;
        var memory = new FlowMemory(flows * 400);
        var left = new Left();
        var table = new FlowTable(flows, left, timeouts: 1, memory.Part());
        for (ulong n = 1; n <= flows; n++)
        {
            ref var record = ref table.GetOrAdd(Key(n), (long)n * Second, out _);
            record.Counters.Add(true, (long)n, 1);
            table.SetReported(record);
            table.SetTimeout(ref record, n % 2 == 0 ? FlowTable.FirstTimeout : FlowTable.Open);
        }

        var before = table.Bytes;
        memory.Part().TryTake(flows * 150).ShouldBeFalse();
        table.Share();

        table.Bytes.ShouldBeLessThan(before * 2 / 3);
        memory.Used.ShouldBeLessThan(flows * 250);
        table.Evicted.ShouldBe(flows - table.Count);
        var oldest = (ulong)(flows - table.Count) + 1;
        left.Flows.ShouldBe(Enumerable.Range(1, (int)oldest - 1).Select(n => ((ulong)n, true)));
        for (var n = oldest; n <= flows; n++)
        {
            ref var record = ref table.Find(Key(n), out var isFound);
            isFound.ShouldBeTrue();
            table.Reported(record).AbPackets.ShouldBe((long)n);
        }

        table.Expire((long)(oldest + 2) * Second, 0, [(long)(oldest + 2) * Second]);
        left.Flows.Count.ShouldBe((int)oldest + 1);
        table.GetOrAdd(Key(flows + 1), flows * Second, out var isNew);
        isNew.ShouldBeTrue();
        table.Clear();
        memory.Used.ShouldBe(0);
    }

    [Fact]
    public void It_behaves_as_a_dictionary_with_the_oldest_leaving_through_a_million_random_steps()
    {
        const int capacity = 500;
        var random = new Random(7);
        var left = new Left();
        var table = new FlowTable(capacity, left);
        var model = new Dictionary<ulong, long>();
        var order = new LinkedList<ulong>();
        long now = 0;
        for (var step = 0; step < 1_000_000; step++)
        {
            now += Second;
            var n = (ulong)random.Next(1, 800);
            ref var record = ref table.GetOrAdd(Key(n), now, out var isNew);
            isNew.ShouldBe(!model.ContainsKey(n));
            if (isNew && model.Count == capacity)
            {
                var oldest = order.First!.Value;
                order.RemoveFirst();
                model.Remove(oldest);
                left.Flows[^1].ShouldBe((oldest, true));
            }
            if (!isNew)
            {
                order.Remove(n);
            }

            order.AddLast(n);
            model[n] = model.GetValueOrDefault(n) + 1;
            record.Counters.AbPackets++;
            record.Counters.AbPackets.ShouldBe(model[n]);
            if (random.Next(50) == 0)
            {
                table.Remove(ref record);
                model.Remove(n);
                order.Remove(n);
            }
            if (step % 100_000 != 0)
            {
                continue;
            }

            table.Count.ShouldBe(model.Count);
        }
    }

    [Fact]
    public void A_flow_takes_no_more_than_320_bytes()
    {
        const int flows = 200_000;
        var table = new FlowTable(flows, new Left());
        for (ulong n = 1; n <= flows; n++)
        {
            table.GetOrAdd(Key(n), 1, out _);
        }

        (table.Bytes / (double)flows).ShouldBeLessThanOrEqualTo(320);
    }

    private static FlowKey Key(ulong n) => new() { NetworkId = n, LowAddressLow = n * 31 };

    private sealed class Left : IFlowLeaving
    {
        internal List<(ulong, bool)> Flows { get; } = [];

        public void Leaving(ref FlowRecord record, bool evicted) => Flows.Add((record.Key.NetworkId, evicted));
    }
}
