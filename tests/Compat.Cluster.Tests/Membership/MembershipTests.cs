using Akka.Actor;
using Akka.Cluster;

namespace Compat.Cluster.Tests.Membership;

public class MembershipTests
{
    [Fact]
    public async Task A_lone_seed_node_is_up_by_itself()
    {
        var port = Node.NextPort();
        await using var node = Node.Start(port, [port], "analyzer");

        await node.SeesUp(1);

        node.Cluster.IsUp.ShouldBeTrue();
        node.Cluster.SelfMember.Status.ShouldBe(MemberStatus.Up);
        node.Cluster.SelfMember.HasRole("analyzer").ShouldBeTrue();
        node.Cluster.SelfRoles.ShouldBe(["analyzer"]);
        node.Cluster.State.Leader.ShouldBe(node.Address);
        node.Cluster.State.RoleLeader("analyzer").ShouldBe(node.Address);
        node.Cluster.State.RoleLeader("agent").ShouldBeNull();
    }

    [Fact]
    public async Task Nodes_join_through_the_seed_and_see_each_other_with_their_roles()
    {
        var (first, second, third) = (Node.NextPort(), Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first], "analyzer");
        await using var b = Node.Start(second, [first], "agent");
        await using var c = Node.Start(third, [first], "agent");

        await Task.WhenAll(a.SeesUp(3), b.SeesUp(3), c.SeesUp(3));

        c.Cluster.State.Members.Where(m => m.HasRole("agent")).Select(m => m.Address.Port!.Value).ShouldBe([second, third], ignoreOrder: true);
        new[] { a, b, c }.Select(n => n.Cluster.State.Leader).Distinct().ShouldHaveSingleItem();
        await Eventually.True(() => b.Cluster.State.SeenBy.Count == 3, () => "all to have seen the same");
        c.Cluster.State.Members.Min(Member.AgeOrdering)!.Address.Port.ShouldBe(first);
    }

    [Fact]
    public async Task A_node_that_starts_before_its_seed_joins_once_the_seed_is_there()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var early = Node.Start(second, [first]);
        await using var seed = Node.Start(first, [first]);

        await Task.WhenAll(early.SeesUp(2), seed.SeesUp(2));
    }

    [Fact]
    public async Task The_first_of_two_seed_nodes_starts_the_cluster_when_the_other_is_not_there()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first, second]);
        await a.SeesUp(1);

        await using var b = Node.Start(second, [first, second]);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
    }

    [Fact]
    public async Task Joining_by_hand_completes_when_the_node_is_up()
    {
        await using var a = Node.Start(Node.NextPort(), []);
        await using var b = Node.Start(Node.NextPort(), []);
        a.Cluster.State.Members.ShouldBeEmpty();

        await a.Cluster.JoinAsync(a.Address).WaitAsync(Eventually.Patience);
        await b.Cluster.JoinSeedNodesAsync([a.Address]).WaitAsync(Eventually.Patience);

        b.Cluster.SelfMember.Status.ShouldBe(MemberStatus.Up);
        await a.SeesUp(2);
    }

    [Fact]
    public async Task Joining_a_node_that_is_not_there_fails()
    {
        await using var node = Node.Start(Node.NextPort(), []);

        await Should.ThrowAsync<ClusterJoinFailedException>(() => node.Cluster.JoinAsync(Address.Parse(Node.AddressOf(Node.NextPort()))));
    }

    [Fact]
    public async Task Callbacks_run_when_the_node_comes_up_and_when_it_is_removed()
    {
        var port = Node.NextPort();
        await using var node = Node.Start(port, [port]);
        var up = new TaskCompletionSource();
        var removed = new TaskCompletionSource();
        node.Cluster.RegisterOnMemberUp(up.SetResult);
        node.Cluster.RegisterOnMemberRemoved(removed.SetResult);

        await up.Task.WaitAsync(Eventually.Patience);
        removed.Task.IsCompleted.ShouldBeFalse();
        await node.Cluster.LeaveAsync().WaitAsync(Eventually.Patience);

        await removed.Task.WaitAsync(Eventually.Patience);
        node.Cluster.IsTerminated.ShouldBeTrue();
    }

    [Fact]
    public async Task A_node_that_leaves_passes_all_stages_and_its_system_terminates()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first]);
        await using var b = Node.Start(second, [first]);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var events = new Inbox(a.System);
        a.Cluster.Subscribe(events.Ref, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        await b.Cluster.LeaveAsync().WaitAsync(Eventually.Patience);

        await b.System.WhenTerminated.WaitAsync(Eventually.Patience);
        await a.SeesUp(1);
        await events.Gets<ClusterEvent.MemberRemoved>(e => e.Member.Address.Port == second && e.PreviousStatus == MemberStatus.Exiting, "the removal");
        events.Received.OfType<ClusterEvent.IMemberEvent>().Where(e => e.Member.Address.Port == second).Select(e => e.GetType())
            .ShouldBe([typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberLeft), typeof(ClusterEvent.MemberExited), typeof(ClusterEvent.MemberRemoved)]);
    }

    [Fact]
    public async Task A_terminating_system_leaves_the_cluster_first()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first]);
        var b = Node.Start(second, [first]);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var events = new Inbox(a.System);
        a.Cluster.Subscribe(events.Ref, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

        await b.DisposeAsync();

        await events.Gets<ClusterEvent.MemberRemoved>(e => e.Member.Address.Port == second && e.PreviousStatus == MemberStatus.Exiting, "the removal");
        events.Received.OfType<ClusterEvent.UnreachableMember>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crashed_node_becomes_unreachable_is_downed_removed_and_its_watchers_are_told()
    {
        var (first, second, third) = (Node.NextPort(), Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first]);
        await using var b = Node.Start(second, [first]);
        var c = Node.Start(third, [first]);
        await Task.WhenAll(a.SeesUp(3), b.SeesUp(3), c.SeesUp(3));
        c.System.ActorOf(Props.Create<Echo>(), "echo");
        var echo = await a.System.ActorSelection($"{c.Address}/user/echo").ResolveOne(Eventually.Patience);
        var watcher = new Inbox(a.System);
        await watcher.Watch(echo);
        a.Cluster.Subscribe(watcher.Ref, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

        await c.Crash();

        await watcher.Gets<Terminated>(t => t.ActorRef.Equals(echo), "the watched actor's end");
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var happened = watcher.Received.Where(m => m is not ClusterEvent.CurrentClusterState).ToList();
        var unreachable = happened.FindIndex(m => m is ClusterEvent.UnreachableMember u && u.Member.Address.Port == third);
        var downed = happened.FindIndex(m => m is ClusterEvent.MemberDowned d && d.Member.Address.Port == third);
        var removed = happened.FindIndex(m => m is ClusterEvent.MemberRemoved r && r.Member.Address.Port == third && r.PreviousStatus == MemberStatus.Down);
        unreachable.ShouldBeGreaterThanOrEqualTo(0);
        downed.ShouldBeGreaterThan(unreachable);
        removed.ShouldBeGreaterThan(downed);
    }

    [Fact]
    public async Task A_node_started_again_on_its_port_takes_the_place_of_the_one_that_crashed()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        // Nobody is downed but by the newcomer's taking its place.
        const string noDowning = "akka.cluster.downing-provider-class = \"\"";
        await using var a = Node.Start(first, [first], extra: noDowning);
        var before = Node.Start(second, [first], extra: noDowning);
        await Task.WhenAll(a.SeesUp(2), before.SeesUp(2));
        var old = before.Cluster.SelfUniqueAddress;
        await before.Crash();

        await using var after = Node.Start(second, [first], extra: noDowning);

        await Task.WhenAll(a.SeesUp(2), after.SeesUp(2));
        after.Cluster.SelfUniqueAddress.ShouldNotBe(old);
        a.Cluster.State.Members.Select(m => m.UniqueAddress).ShouldBe([a.Cluster.SelfUniqueAddress, after.Cluster.SelfUniqueAddress], ignoreOrder: true);
        after.System.ActorOf(Props.Create<Echo>(), "echo");
        var echo = await a.System.ActorSelection($"{after.Address}/user/echo").ResolveOne(Eventually.Patience);
        (await echo.Ask<string>("hello", Eventually.Patience)).ShouldBe($"hello@{second}");
    }

    [Fact]
    public async Task The_only_seed_node_started_again_forms_a_new_cluster()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        var before = Node.Start(first, [first]);
        var other = Node.Start(second, [first]);
        await Task.WhenAll(before.SeesUp(2), other.SeesUp(2));
        await before.Crash();

        await using var after = Node.Start(first, [first]);
        await after.SeesUp(1);
        await other.Crash();
        await using var again = Node.Start(second, [first]);

        await Task.WhenAll(after.SeesUp(2), again.SeesUp(2));
    }

    [Fact]
    public async Task A_node_downed_by_hand_shuts_itself_down()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first]);
        await using var b = Node.Start(second, [first]);
        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));

        a.Cluster.Down(b.Address);

        await b.System.WhenTerminated.WaitAsync(Eventually.Patience);
        b.Cluster.IsTerminated.ShouldBeTrue();
        await a.SeesUp(1);
    }

    [Fact]
    public async Task Nobody_is_up_before_enough_have_joined()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        const string two = "akka.cluster.min-nr-of-members = 2";
        await using var a = Node.Start(first, [first], extra: two);
        await Eventually.True(() => a.Cluster.SelfMember.Status == MemberStatus.Joining, () => "the first node to join");
        var events = new Inbox(a.System);
        a.Cluster.Subscribe(events.Ref, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        await using var b = Node.Start(second, [first], extra: two);

        await Task.WhenAll(a.SeesUp(2), b.SeesUp(2));
        var order = events.Received.OfType<ClusterEvent.IMemberEvent>().ToList();
        order.FindIndex(e => e is ClusterEvent.MemberJoined && e.Member.Address.Port == second)
            .ShouldBeLessThan(order.FindIndex(e => e is ClusterEvent.MemberUp));
    }

    [Fact]
    public async Task A_subscriber_gets_the_state_first_and_nothing_once_it_has_unsubscribed()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Node.Start(first, [first]);
        await a.SeesUp(1);
        var (kept, dropped) = (new Inbox(a.System), new Inbox(a.System));
        a.Cluster.Subscribe(kept.Ref, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.LeaderChanged));
        a.Cluster.Subscribe(dropped.Ref, ClusterEvent.InitialStateAsSnapshot, typeof(ClusterEvent.MemberUp));
        await kept.Gets<ClusterEvent.CurrentClusterState>(s => s.Members.Single().Address.Equals(a.Address), "the state");
        await dropped.Gets<ClusterEvent.CurrentClusterState>(s => s.Leader!.Equals(a.Address), "the state");

        a.Cluster.Unsubscribe(dropped.Ref);
        await using var b = Node.Start(second, [first]);
        await kept.Gets<ClusterEvent.MemberUp>(e => e.Member.Address.Port == second, "the new member");

        kept.Received.OfType<ClusterEvent.IMemberEvent>().ShouldAllBe(e => e is ClusterEvent.MemberUp);
        dropped.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_gives_up_when_no_seed_lets_it_in_for_too_long()
    {
        var nobody = Node.NextPort();
        var node = Node.Start(Node.NextPort(), [nobody], extra: "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 2s");

        await node.System.WhenTerminated.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_dozen_nodes_agree()
    {
        var first = Node.NextPort();
        var nodes = new List<Node> { Node.Start(first, [first]) };
        try
        {
            nodes.AddRange(Enumerable.Range(0, 11).Select(_ => Node.Start(Node.NextPort(), [first])));

            await Task.WhenAll(nodes.Select(n => n.SeesUp(12)));

            nodes.Select(n => n.Cluster.State.Leader).Distinct().ShouldHaveSingleItem();
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.Crash()));
        }
    }
}
