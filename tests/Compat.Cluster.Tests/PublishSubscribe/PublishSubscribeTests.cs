using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;

namespace Compat.Cluster.Tests.PublishSubscribe;

public class PublishSubscribeTests
{
    [Fact]
    public async Task What_is_published_on_one_node_reaches_the_subscribers_on_all()
    {
        await using var cluster = await Pair.Start();
        var (here, there, elsewhere) = (new Inbox(cluster.A.System), new Inbox(cluster.B.System), new Inbox(cluster.B.System));
        await Subscribe(cluster.A, "topology", here);
        await Subscribe(cluster.B, "topology", there);
        await Subscribe(cluster.B, "something else", elsewhere);

        await UntilReceived(() => Mediator(cluster.A).Tell(new Publish("topology", "news")), here, there);
        await UntilReceived(() => Mediator(cluster.B).Tell(new Publish("topology", "more")), here, there);

        elsewhere.Received.ShouldNotContain("news");
    }

    [Fact]
    public async Task Messages_of_one_publisher_come_in_order()
    {
        await using var cluster = await Pair.Start();
        var there = new Inbox(cluster.B.System);
        await Subscribe(cluster.B, "numbers", there);
        await UntilReceived(() => Mediator(cluster.A).Tell(new Publish("numbers", "ready")), there);

        foreach (var number in Enumerable.Range(0, 500))
        {
            Mediator(cluster.A).Tell(new Publish("numbers", number));
        }

        await Eventually.True(() => there.Received.OfType<int>().Count() == 500, () => "all numbers");
        there.Received.OfType<int>().ShouldBe(Enumerable.Range(0, 500));
    }

    [Fact]
    public async Task Who_unsubscribes_or_stops_gets_no_more()
    {
        await using var cluster = await Pair.Start();
        var (stays, leaves, stops) = (new Inbox(cluster.A.System), new Inbox(cluster.A.System), new Inbox(cluster.B.System));
        await Subscribe(cluster.A, "news", stays);
        await Subscribe(cluster.A, "news", leaves);
        await Subscribe(cluster.B, "news", stops);
        await UntilReceived(() => Mediator(cluster.A).Tell(new Publish("news", "first")), stays, leaves, stops);

        (await Mediator(cluster.A).Ask<UnsubscribeAck>(new Unsubscribe("news", leaves.Ref), Eventually.Patience)).Unsubscribe.Topic.ShouldBe("news");
        await stops.Ref.GracefulStop(Eventually.Patience);
        await UntilReceived(() => Mediator(cluster.B).Tell(new Publish("news", "second")), stays);

        leaves.Received.ShouldNotContain("second");
        (await Mediator(cluster.A).Ask<CurrentTopics>(GetTopics.Instance, Eventually.Patience)).Topics.ShouldBe(["news"]);
    }

    [Fact]
    public async Task One_of_each_group_gets_a_message_for_groups()
    {
        await using var cluster = await Pair.Start();
        var inboxes = new[] { new Inbox(cluster.A.System), new Inbox(cluster.B.System), new Inbox(cluster.B.System) };
        await Subscribe(cluster.A, "work", inboxes[0], "workers");
        await Subscribe(cluster.B, "work", inboxes[1], "workers");
        await Subscribe(cluster.B, "work", inboxes[2], "auditors");
        await UntilReceived(() => Mediator(cluster.A).Tell(new Publish("work", "ready", true)), inboxes[0], inboxes[1], inboxes[2]);

        foreach (var number in Enumerable.Range(0, 100))
        {
            Mediator(cluster.A).Tell(new Publish("work", number, sendOneMessageToEachGroup: true));
        }

        await Eventually.True(
            () => inboxes[2].Received.OfType<int>().Count() == 100 && inboxes.Take(2).Sum(i => i.Received.OfType<int>().Count()) == 100,
            () => "each group to get each message once");
        inboxes.Take(2).ShouldAllBe(i => i.Received.OfType<int>().Any());
    }

    [Fact]
    public async Task Registered_paths_are_sent_to_on_one_node_or_on_all()
    {
        await using var cluster = await Pair.Start();
        var (a, b) = (cluster.A.System.ActorOf(Props.Create<Echo>(), "service"), cluster.B.System.ActorOf(Props.Create<Echo>(), "service"));
        Mediator(cluster.A).Tell(new Put(a));
        Mediator(cluster.B).Tell(new Put(b));
        var answers = new Inbox(cluster.A.System);

        await Eventually.True(
            () =>
            {
                Mediator(cluster.A).Tell(new SendToAll("/user/service", "all"), answers.Ref);
                return answers.Received.Contains($"all@{cluster.A.Address.Port}") && answers.Received.Contains($"all@{cluster.B.Address.Port}");
            },
            () => "both to answer");

        (await Mediator(cluster.A).Ask<string>(new Send("/user/service", "local", localAffinity: true), Eventually.Patience)).ShouldBe($"local@{cluster.A.Address.Port}");
    }

    private static IActorRef Mediator(Node node) => DistributedPubSub.Get(node.System).Mediator;

    private static async Task Subscribe(Node node, string topic, Inbox inbox, string? group = null)
    {
        var subscribe = new Subscribe(topic, inbox.Ref, group);
        (await Mediator(node).Ask<SubscribeAck>(subscribe, Eventually.Patience)).Subscribe.ShouldBe(subscribe);
    }

    /// <summary>Repeats until all have got something new: subscriptions take their time to be known everywhere.</summary>
    private static async Task UntilReceived(Action publish, params Inbox[] inboxes)
    {
        var before = inboxes.Select(i => i.Received.Count).ToArray();
        await Eventually.True(
            () =>
            {
                publish();
                return inboxes.Zip(before).All(i => i.First.Received.Count > i.Second);
            },
            () => "all subscribers to get something");
    }

    private sealed class Pair(Node a, Node b) : IAsyncDisposable
    {
        public Node A { get; } = a;

        public Node B { get; } = b;

        public static async Task<Pair> Start()
        {
            var (first, second) = (Node.NextPort(), Node.NextPort());
            var pair = new Pair(
                Node.Start(first, [first], extra: "akka.cluster.pub-sub.gossip-interval = 200ms"),
                Node.Start(second, [first], extra: "akka.cluster.pub-sub.gossip-interval = 200ms"));
            await Task.WhenAll(pair.A.SeesUp(2), pair.B.SeesUp(2));
            Mediator(pair.A).ShouldNotBe(pair.A.System.DeadLetters);
            Mediator(pair.B).ShouldNotBe(pair.B.System.DeadLetters);
            return pair;
        }

        public async ValueTask DisposeAsync() => await Task.WhenAll(A.Crash(), B.Crash());
    }
}
