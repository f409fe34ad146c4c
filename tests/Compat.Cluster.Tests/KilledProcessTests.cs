using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Compat.Cluster.Tests.Sharding;

namespace Compat.Cluster.Tests;

public class KilledProcessTests
{
    [Fact]
    public async Task A_killed_process_is_removed_and_the_watchers_of_its_actors_are_told()
    {
        using var journal = new SharedJournal();
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var survivor = ShardedNode.Start(journal, first, first);
        using var process = NodeProcess.Start(journal, second, first);
        await survivor.SeesUp(2);
        var watcher = new Inbox(survivor.System);
        IActorRef? echo = null;
        await Eventually.True(
            async () =>
            {
                try
                {
                    echo = await survivor.System.ActorSelection($"{Node.AddressOf(second)}/user/echo").ResolveOne(TimeSpan.FromSeconds(1));
                    return true;
                }
                catch (ActorNotFoundException)
                {
                    return false;
                }
            },
            () => "the other process's actor");
        await watcher.Watch(echo!);

        await process.Kill();

        await watcher.Gets<Terminated>(t => t.ActorRef.Equals(echo), "the watched actor's end");
        await survivor.SeesUp(1);
    }

    [Fact]
    public async Task A_killed_seed_started_again_has_its_remembered_entities_back()
    {
        using var journal = new SharedJournal();
        var (seed, other) = (Node.NextPort(), Node.NextPort());
        using var before = NodeProcess.Start(journal, seed, seed);
        var asking = ShardedNode.Start(journal, other, seed, "agent");
        await asking.SeesUp(2);
        foreach (var id in new[] { "one", "two", "three" })
        {
            (await asking.Proxy().AskEntity(id, "hello")).ShouldEndWith($"@{seed}");
        }

        await before.Kill();
        await asking.Crash();

        using var after = NodeProcess.Start(journal, seed, seed);
        await using var again = ShardedNode.Start(journal, other, seed, "agent");
        await again.SeesUp(2);
        again.Cluster.State.Members.ShouldAllBe(m => m.Status == MemberStatus.Up);
        var proxy = again.Proxy();
        await Eventually.True(
            async () =>
            {
                try
                {
                    var stats = await proxy.Ask<ClusterShardingStats>(new GetClusterShardingStats(TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(2));
                    return stats.Regions.Values.SelectMany(r => r.Stats.Values).Sum() == 3;
                }
                catch (AskTimeoutException)
                {
                    return false;
                }
            },
            () => "three entities to be back");
    }
}
