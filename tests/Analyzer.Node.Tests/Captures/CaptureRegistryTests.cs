using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Analyzer.Node.Captures;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Captures;
using Shared.Messages.Topology;
using AllCaptures = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Tests.Captures;

public sealed class CaptureRegistryTests : EntityTest
{
    private readonly FixedSelector _selector = new();
    private readonly TestProbe _region;

    public CaptureRegistryTests() => _region = CreateTestProbe();

    [Fact]
    public void A_created_capture_reaches_the_hosts_it_selects()
    {
        var registry = Start();
        _selector.Set("G.V('a')", FixedSelector.NodeOf("a", "h1"));
        var uuid = Create(registry, "G.V('a')").Uuid;

        ListOf("h1", list => list.Captures.Count == 1).Captures[0].Capture.Uuid.ShouldBe(uuid);
    }

    [Fact]
    public void A_deleted_capture_is_taken_from_its_hosts()
    {
        var registry = Start();
        _selector.Set("G.V('a')", FixedSelector.NodeOf("a", "h1"));
        var uuid = Create(registry, "G.V('a')").Uuid;
        ListOf("h1", list => list.Captures.Count == 1);
        registry.Tell(new DeleteCapture { Uuid = uuid }, TestActor);

        ExpectMsg<CaptureDeleted>().Uuid.ShouldBe(uuid);
        ListOf("h1", list => list.Captures.Count == 0);
    }

    [Fact]
    public void Nodes_that_appear_later_are_captured_on()
    {
        var registry = Start();
        Create(registry, "G.V('late')");
        ListOf("h2", list => list.Captures.Count == 0);
        _selector.Set("G.V('late')", FixedSelector.NodeOf("late", "h2"));
        registry.Tell(new GraphChanged { Host = "h2" }, Mediator);

        ListOf("h2", list => list.Captures.Count == 1).Captures[0].Nodes.ShouldHaveSingleItem().Id.ShouldBe("late");
    }

    [Fact]
    public void Each_host_gets_its_list_again_and_again()
    {
        Start(TimeSpan.FromMilliseconds(100));

        for (var i = 0; i < 3; i++)
        {
            ListOf("h1", _ => true);
        }
    }

    [Fact]
    public void A_query_that_cannot_be_read_is_refused_with_its_error()
    {
        var registry = Start();
        registry.Tell(new CreateCapture { Capture = new Capture { GremlinQuery = "V()" } }, TestActor);

        ExpectMsg<CaptureRefused>().Reason.ShouldBe("GremlinQuery: column 1: 'V()' is no query");
        All(registry).ShouldBeEmpty();
    }

    [Fact]
    public void Captures_are_there_after_a_restart()
    {
        var registry = Start();
        _selector.Set("G.V('a')", FixedSelector.NodeOf("a", "h1"));
        var kept = Create(registry, "G.V('a')");
        var deleted = Create(registry, "G.V('b')");
        registry.Tell(new DeleteCapture { Uuid = deleted.Uuid }, TestActor);
        ExpectMsg<CaptureDeleted>();
        StopAndWait(registry);

        var again = Start();
        All(again).ShouldBe([kept]);
        ListOf("h1", list => list.Captures.Count == 1).Captures[0].Capture.Uuid.ShouldBe(kept.Uuid);
    }

    [Fact]
    public void A_capture_on_a_node_that_has_all_it_may_have_is_refused()
    {
        var registry = Start();
        for (var i = 0; i < CaptureLimits.MaxOnNode; i++)
        {
            _selector.Set($"G.V('{i}')", FixedSelector.NodeOf("a", "h1"));
            Create(registry, $"G.V('{i}')");
        }

        ListOf("h1", list => list.Captures.Count == CaptureLimits.MaxOnNode);
        registry.Tell(new GetCaptures { Uuid = "none" }, TestActor);
        ExpectMsg<AllCaptures>().Captures_.ShouldBeEmpty();
        _selector.Set("G.V('more')", FixedSelector.NodeOf("a", "h1"));
        registry.Tell(new CreateCapture { Capture = new Capture { GremlinQuery = "G.V('more')" } }, TestActor);

        ExpectMsg<CaptureRefused>().Reason.ShouldBe("GremlinQuery: a on h1 has 32 captures, and may have no more.");
    }

    [Fact]
    public void One_capture_can_be_asked_for()
    {
        var registry = Start();
        Create(registry, "G.V('a')");
        var wanted = Create(registry, "G.V('b')");

        registry.Tell(new GetCaptures { Uuid = wanted.Uuid }, TestActor);

        ExpectMsg<AllCaptures>().Captures_.ShouldBe([wanted]);
    }

    private IActorRef Start(TimeSpan? repeat = null)
    {
        var registry = Sys.ActorOf(CaptureRegistry.Props(new CaptureRegistrySettings(
            _selector, _ => null, _region, Mediator, TimeSpan.FromMilliseconds(20), repeat ?? TimeSpan.FromHours(1))));
        Mediator.ExpectMsg<Subscribe>().Topic.ShouldBe("topology");
        return registry;
    }

    private Capture Create(IActorRef registry, string query)
    {
        registry.Tell(new CreateCapture { Capture = new Capture { GremlinQuery = query } }, TestActor);
        return ExpectMsg<Capture>();
    }

    private IReadOnlyList<Capture> All(IActorRef registry)
    {
        registry.Tell(new GetCaptures(), TestActor);
        return ExpectMsg<AllCaptures>().Captures_;
    }

    // What a host is told next that is as wanted.
    private SetCaptures ListOf(string host, Func<SetCaptures, bool> wanted) =>
        (SetCaptures)_region.FishForMessage(message => message is SetCaptures list && list.Host == host && wanted(list));
}
