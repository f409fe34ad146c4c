using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Compat.Cluster.Tests.Sharding;

public class ShardingTests
{
    private const string KeepMajority = "akka.cluster.split-brain-resolver.active-strategy = keep-majority";

    [Fact]
    public async Task There_is_one_entity_per_id_whoever_sends_to_it()
    {
        using var journal = new SharedJournal();
        var (first, second, third) = (Node.NextPort(), Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        await using var b = ShardedNode.Start(journal, second, first);
        await using var agent = ShardedNode.Start(journal, third, first, "agent");
        await Task.WhenAll(a.SeesUp(3), b.SeesUp(3), agent.SeesUp(3));
        IActorRef[] doors = [a.Region(), b.Region(), agent.Proxy()];
        ClusterSharding.Get(agent.System).ShardRegion(ShardedNode.TypeName).ShouldBe(doors[2]);
        ClusterSharding.Get(agent.System).ShardRegionProxy(ShardedNode.TypeName).ShouldBe(doors[2]);
        ClusterSharding.Get(a.System).ShardRegion(ShardedNode.TypeName).ShouldBe(doors[0]);

        foreach (var id in Enumerable.Range(0, 30).Select(i => $"host-{i}"))
        {
            var answers = new List<string>();
            foreach (var door in doors)
            {
                answers.Add(await door.AskEntity(id, "hello"));
            }

            var port = answers[0].Split('@')[1];
            int.Parse(port).ShouldBeOneOf(first, second);
            var counts = answers.Select(answer => int.Parse(answer.Split(':', '@')[1])).ToArray();
            answers.ShouldAllBe(answer => answer.StartsWith(id + ":") && answer.EndsWith("@" + port));
            counts.ShouldBeInOrder(SortDirection.Ascending);
            counts.ShouldBeUnique();
        }

        await SpreadsOver(doors[0], a, b);
    }

    [Fact]
    public async Task Messages_to_an_entity_come_in_order_also_while_its_shard_starts()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);
        var region = node.Region();
        var answers = new Inbox(node.System);

        foreach (var _ in Enumerable.Range(0, 200))
        {
            region.Tell(new ShardingEnvelope("one", "count"), answers.Ref);
        }

        await Eventually.True(() => answers.Received.Count == 200, () => "all answers");
        answers.Received.ShouldBe(Enumerable.Range(1, 200).Select(i => (object)$"one:{i}@{port}"));
    }

    [Fact]
    public async Task Entities_have_their_names_below_their_shard_below_their_type()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);

        var path = await node.Region().AskEntity("a/b c", "path");

        path.ShouldMatch("^/system/sharding/counters/[0-9]/a%2Fb%20c$");
    }

    [Fact]
    public async Task Entities_of_a_crashed_node_start_elsewhere()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        var b = ShardedNode.Start(journal, second, first);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var region = a.Region();
        b.Region();
        await SpreadsOver(region, a, b);

        await b.Crash();

        foreach (var id in Enumerable.Range(0, 30).Select(i => $"host-{i}"))
        {
            (await region.AskEntity(id, "hello")).ShouldEndWith($"@{first}");
        }
    }

    [Fact]
    public async Task When_the_coordinators_node_crashes_the_others_keep_their_entities()
    {
        using var journal = new SharedJournal();
        var (first, second, third) = (Node.NextPort(), Node.NextPort(), Node.NextPort());
        var a = ShardedNode.Start(journal, first, first, extra: KeepMajority);
        await a.SeesUp(1);
        await using var b = ShardedNode.Start(journal, second, first, extra: KeepMajority);
        await using var c = ShardedNode.Start(journal, third, first, extra: KeepMajority);
        await Task.WhenAll(a.SeesUp(3), b.SeesUp(3), c.SeesUp(3));
        a.Region();
        var region = b.Region();
        c.Region();
        await SpreadsOver(region, a, b, c);
        var homes = await Homes(region);

        await a.Crash();

        // The next one to be started needs a new coordinator.
        foreach (var (id, port) in homes)
        {
            var answer = await region.AskEntity(id, "hello");
            answer.ShouldMatch(port == first ? $"@({second}|{third})$" : $"^{id}:([2-9]|[0-9]+[0-9])@{port}$");
        }
    }

    [Fact]
    public async Task A_node_that_leaves_hands_its_shards_over()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        await using var b = ShardedNode.Start(journal, second, first);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var region = a.Region();
        b.Region();
        await SpreadsOver(region, a, b);

        await b.System.Terminate().WaitAsync(Eventually.Patience);

        foreach (var id in Enumerable.Range(0, 30).Select(i => $"host-{i}"))
        {
            (await region.AskEntity(id, "hello")).ShouldEndWith($"@{first}");
        }
    }

    [Fact]
    public async Task A_node_that_joins_gets_its_share_of_the_shards()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        var region = a.Region();
        await SpreadsOver(region, a);

        await using var b = ShardedNode.Start(journal, second, first);
        b.Region();

        await SpreadsOver(region, a, b);
    }

    [Fact]
    public async Task A_passivated_entity_starts_anew_with_its_next_message()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);
        var region = node.Region();
        await region.AskEntity("one", "hello");
        (await region.AskEntity("one", "hello")).ShouldBe($"one:2@{port}");

        region.Tell(new ShardingEnvelope("one", Counter.Passivate));
        var answers = new Inbox(node.System);
        region.Tell(new ShardingEnvelope("one", "hello"), answers.Ref);

        await answers.Gets<string>(_ => true, "an answer");
        await Eventually.True(async () => (await region.AskEntity("one", "hello")).StartsWith("one:") && await Started(node, "one"), () => "the entity");
    }

    [Fact]
    public async Task An_idle_entity_is_passivated()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);
        var region = node.Region(settings => settings.WithPassivateIdleAfter(TimeSpan.FromSeconds(1)));
        await region.AskEntity("one", "hello");
        (await Started(node, "one")).ShouldBeTrue();

        await Eventually.True(async () => !await Started(node, "one"), () => "the entity to be passivated");

        (await region.AskEntity("one", "hello")).ShouldBe($"one:1@{port}");
    }

    [Fact]
    public async Task Remembered_entities_come_back_by_themselves_after_a_restart()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        var before = ShardedNode.Start(journal, port, port);
        var region = before.Region(settings => settings.WithRememberEntities(true));
        foreach (var id in new[] { "one", "two", "three", "gone" })
        {
            await region.AskEntity(id, "hello");
        }

        region.Tell(new ShardingEnvelope("gone", Counter.Passivate));
        await Eventually.True(async () => !await Started(before, "gone"), () => "the entity to be passivated");
        await before.Crash();

        var started = new ConcurrentQueue<string>();
        await using var after = ShardedNode.Start(journal, port, port);
        after.Region(settings => settings.WithRememberEntities(true), id => Props.Create(() => new Counter(id, started)));

        await Eventually.True(() => started.Count >= 3, () => $"the entities to be started, were [{string.Join(", ", started)}]");
        started.ShouldBe(["one", "two", "three"], ignoreOrder: true);
    }

    [Fact]
    public async Task Remembered_entities_of_a_crashed_node_come_back_elsewhere_by_themselves()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        var b = ShardedNode.Start(journal, second, first);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var region = a.Region(settings => settings.WithRememberEntities(true));
        b.Region(settings => settings.WithRememberEntities(true));
        await SpreadsOver(region, a, b);
        var ids = (await Homes(region)).Keys;

        await b.Crash();

        await Eventually.True(
            async () => (await State(a)).Shards.SelectMany(s => s.EntityIds).ToHashSet().SetEquals(ids),
            () => "all entities to be at the node that is left");
    }

    [Fact]
    public async Task A_remembered_entity_that_stops_by_itself_is_started_again()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);
        var started = new ConcurrentQueue<string>();
        var region = node.Region(settings => settings.WithRememberEntities(true), id => Props.Create(() => new Counter(id, started)));
        await region.AskEntity("one", "hello");

        region.Tell(new ShardingEnvelope("one", Counter.StopSuddenly));

        await Eventually.True(() => started.Count == 2, () => "the entity to be started again");
    }

    [Fact]
    public async Task An_entity_can_be_started_without_a_message()
    {
        using var journal = new SharedJournal();
        var port = Node.NextPort();
        await using var node = ShardedNode.Start(journal, port, port);

        node.Region().Tell(new ShardRegion.StartEntity("one"));

        await Eventually.True(() => Started(node, "one"), () => "the entity");
    }

    [Fact]
    public async Task Statistics_count_the_entities_of_all_regions()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = ShardedNode.Start(journal, first, first);
        await using var b = ShardedNode.Start(journal, second, first);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var region = a.Region();
        b.Region();
        await SpreadsOver(region, a, b);

        var stats = await region.Ask<ClusterShardingStats>(new GetClusterShardingStats(TimeSpan.FromSeconds(5)), Eventually.Patience);

        stats.Regions.Keys.ShouldBe([a.Address, b.Address], ignoreOrder: true);
        stats.Regions.Values.SelectMany(r => r.Stats.Values).Sum().ShouldBe(30);
        (await region.Ask<CurrentRegions>(GetCurrentRegions.Instance, Eventually.Patience)).Regions.ShouldBe([a.Address, b.Address], ignoreOrder: true);
    }

    /// <summary>Thirty entities, and shards of them on each of the nodes.</summary>
    private static Task SpreadsOver(IActorRef region, params Node[] nodes) => Eventually.True(
        async () => (await Homes(region)).Values.ToHashSet().SetEquals(nodes.Select(n => n.Address.Port!.Value)),
        () => $"entities on all of {nodes.Length} nodes");

    private static async Task<Dictionary<string, int>> Homes(IActorRef region)
    {
        var homes = new Dictionary<string, int>();
        foreach (var id in Enumerable.Range(0, 30).Select(i => $"host-{i}"))
        {
            homes[id] = int.Parse((await region.AskEntity(id, "where")).Split('@')[1]);
        }

        return homes;
    }

    private static async Task<bool> Started(Node node, string id) => (await State(node)).Shards.Any(s => s.EntityIds.Contains(id));

    private static Task<CurrentShardRegionState> State(Node node) =>
        ClusterSharding.Get(node.System).ShardRegion(ShardedNode.TypeName).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Eventually.Patience);
}
