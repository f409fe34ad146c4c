using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace Compat.Cluster.Tests.Singleton;

public class SingletonTests
{
    private const string Margin = "akka.cluster.down-removal-margin = 500ms";

    [Fact]
    public async Task The_singleton_runs_on_the_oldest_node_and_proxies_find_it_from_anywhere()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Start(first, first);
        await a.SeesUp(1);
        await using var b = Start(second, first);
        StartManager(b);
        StartManager(a);

        await Answers(Proxy(b), first);
        await Answers(Proxy(a), first);
    }

    [Fact]
    public async Task A_message_to_a_proxy_waits_until_there_is_a_singleton()
    {
        var port = Node.NextPort();
        await using var node = Start(port, port);
        var asked = Proxy(node).Ask<string>("early", Eventually.Patience);

        StartManager(node);

        (await asked).ShouldBe($"early@{port}");
    }

    [Fact]
    public async Task A_node_that_leaves_hands_the_singleton_over_after_it_has_stopped()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var a = Start(first, first);
        await a.SeesUp(1);
        await using var b = Start(second, first);
        await b.SeesUp(2);
        var stopped = new TaskCompletionSource();
        a.System.ActorOf(
            ClusterSingletonManager.Props(Props.Create(() => new StopsOnRequest(stopped)), StopsOnRequest.Stop, ClusterSingletonManagerSettings.Create(a.System)),
            "it");
        StartManager(b);
        await Answers(Proxy(b), first);

        var left = a.Cluster.LeaveAsync();

        await Answers(Proxy(b, "again"), second);
        stopped.Task.IsCompletedSuccessfully.ShouldBeTrue();
        await left.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task When_its_node_crashes_the_singleton_starts_on_the_next_oldest()
    {
        var (first, second, third) = (Node.NextPort(), Node.NextPort(), Node.NextPort());
        // The oldest crashes, and the others are in the right.
        const string majority = Margin + "\nakka.cluster.split-brain-resolver.active-strategy = keep-majority";
        var a = Start(first, first, majority);
        await a.SeesUp(1);
        await using var b = Start(second, first, majority);
        await b.SeesUp(2);
        await using var c = Start(third, first, majority);
        await Task.WhenAll(a.SeesUp(3), b.SeesUp(3), c.SeesUp(3));
        StartManager(a);
        StartManager(b);
        StartManager(c);
        var proxy = Proxy(c);
        await Answers(proxy, first);

        await a.Crash();

        await Answers(proxy, second);
    }

    [Fact]
    public async Task Only_nodes_with_the_role_have_the_singleton()
    {
        var (first, second) = (Node.NextPort(), Node.NextPort());
        await using var agent = Node.Start(first, [first], "agent", Margin);
        await agent.SeesUp(1);
        await using var analyzer = Node.Start(second, [first], "analyzer", Margin);
        await analyzer.SeesUp(2);
        analyzer.System.ActorOf(
            ClusterSingletonManager.Props(Props.Create<Echo>(), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(analyzer.System).WithRole("analyzer")),
            "it");

        var proxy = agent.System.ActorOf(
            ClusterSingletonProxy.Props("/user/it", ClusterSingletonProxySettings.Create(agent.System).WithRole("analyzer")), "proxy");

        await Answers(proxy, second);
    }

    private static Node Start(int port, int seed, string extra = Margin) => Node.Start(port, [seed], extra: extra);

    private static void StartManager(Node node) => node.System.ActorOf(
        ClusterSingletonManager.Props(Props.Create<Echo>(), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(node.System)), "it");

    private static IActorRef Proxy(Node node, string name = "proxy") => node.System.ActorOf(
        ClusterSingletonProxy.Props("/user/it", ClusterSingletonProxySettings.Create(node.System)), name);

    /// <summary>Asks until the answer comes from the port: what was sent to a singleton that went away is lost.</summary>
    private static Task Answers(IActorRef proxy, int port) => Eventually.True(
        async () =>
        {
            try
            {
                return await proxy.Ask<string>("where", TimeSpan.FromSeconds(1)) == $"where@{port}";
            }
            catch (AskTimeoutException)
            {
                return false;
            }
        },
        () => $"the singleton to answer from {port}");

    private sealed class StopsOnRequest : ReceiveActor
    {
        public const string Stop = "stop!";

        private readonly TaskCompletionSource _stopped;

        public StopsOnRequest(TaskCompletionSource stopped)
        {
            _stopped = stopped;
            var port = Akka.Cluster.Cluster.Get(Context.System).SelfAddress.Port;
            Receive<string>(text => text == Stop, _ => Context.Stop(Self));
            Receive<string>(text => Sender.Tell($"{text}@{port}"));
        }

        protected override void PostStop() => _stopped.TrySetResult();
    }
}
