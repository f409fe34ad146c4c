using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Analyzer.Node.Injections;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Configuration;
using Shared.Messages.Injections;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using AllInjections = Shared.Messages.Injections.Injections;

namespace Analyzer.Node.Tests.Injections;

public sealed class InjectionRegistryTests : EntityTest
{
    private readonly FixedSelector _selector = new();
    private readonly TestProbe _region;
    private InjectionOptions _keep = new(1000, TimeSpan.FromDays(1));

    public InjectionRegistryTests()
        : base(StandingTime)
    {
        _region = CreateTestProbe();
        _selector.Set("G.V('s')", FixedSelector.NodeOf("s", "h1", ("MAC", "02:00:00:00:00:01"), ("IPV4", MetaValue.Texts(["10.0.0.1/24"]))));
        _selector.Set("G.V('d')", FixedSelector.NodeOf("d", "h2", ("MAC", "02:00:00:00:00:02"), ("IPV4", MetaValue.Texts(["10.0.0.2/24"]))));
    }

    [Fact]
    public void A_created_injection_starts_on_the_sources_host()
    {
        var registry = Start();
        var injection = Create(registry);

        injection.State.ShouldBe("pending");
        var started = Started(registry);
        (started.Host, started.Session, started.ReportOnly).ShouldBe(("h1", "s1", false));
        started.Injection.ShouldBe(injection);
        started.Injection.DstIp.ShouldBe("10.0.0.2");
    }

    [Fact]
    public void The_order_is_given_again_until_it_is_answered_and_then_it_is_asked_how_it_goes()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        Started(registry);
        Pass(TimeSpan.FromMilliseconds(500));
        _region.ExpectMsg<StartInjection>().ReportOnly.ShouldBeFalse();
        Report(registry, uuid, "running", 2);
        All(registry);
        Pass(TimeSpan.FromMilliseconds(500));
        var asked = _region.ExpectMsg<StartInjection>();
        (asked.ReportOnly, asked.Injection).ShouldBe((true, new Injection { Uuid = uuid }));
        Report(registry, uuid, "finished", 5);
        All(registry);
        Pass(TimeSpan.FromMilliseconds(500));
        _region.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void One_whose_host_has_no_agent_fails()
    {
        var registry = Start();
        Create(registry);
        _region.ExpectMsg<GetInjector>();
        registry.Tell(new Injector { Host = "h1" }, _region);
        AwaitAssert(() => All(registry)[0].Error.ShouldBe("host h1: no agent is connected."));
    }

    [Fact]
    public void One_whose_host_never_answers_fails()
    {
        var registry = Start();
        Create(registry);
        AwaitAssert(() =>
        {
            Pass(TimeSpan.FromSeconds(1));
            All(registry)[0].Error.ShouldBe("host h1: no agent answers.");
        });
    }

    [Fact]
    public void One_asked_for_twice_by_the_same_id_is_one()
    {
        var registry = Start();
        for (var i = 0; i < 2; i++)
        {
            registry.Tell(new CreateInjection { Injection = new Injection { Uuid = "u", Src = "G.V('s')", Dst = "G.V('d')", Type = "icmp4" } }, TestActor);
            ExpectMsg<Injection>().Uuid.ShouldBe("u");
        }

        All(registry).ShouldHaveSingleItem();
    }

    [Fact]
    public void Progress_shows_and_the_end_is_kept()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        Report(registry, uuid, "running", 2);
        All(registry)[0].State.ShouldBe("running");
        All(registry)[0].Sent.ShouldBe(2ul);
        Report(registry, uuid, "finished", 5);
        Report(registry, uuid, "running", 3);
        All(registry)[0].State.ShouldBe("finished");
        StopAndWait(registry);

        var again = All(Start())[0];
        again.State.ShouldBe("finished");
        again.Sent.ShouldBe(5ul);
    }

    [Fact]
    public void A_refused_injection_is_not_kept()
    {
        var registry = Start();
        registry.Tell(new CreateInjection { Injection = new Injection { Src = "G.V('nobody')", Dst = "G.V('d')", Type = "icmp4" } }, TestActor);
        ExpectMsg<InjectionRefused>().Reason.ShouldBe("Src: no node matches G.V('nobody').");
        registry.Tell(new CreateInjection { Injection = new Injection { Src = "s", Dst = "G.V('d')", Type = "icmp4" } }, TestActor);
        ExpectMsg<InjectionRefused>().Reason.ShouldStartWith("Src: column 1");

        All(registry).ShouldBeEmpty();
    }

    [Fact]
    public void An_injection_whose_source_vanishes_fails_and_is_stopped()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        Started(registry);
        var changed = new GraphChanged { Host = "h1", Cause = "agent lost" };
        changed.Changes.Add(Graphs.DeleteNode("s"));
        registry.Tell(changed, Mediator);

        _region.ExpectMsg<StopInjection>().Uuid.ShouldBe(uuid);
        var failed = All(registry)[0];
        failed.State.ShouldBe("failed");
        failed.Error.ShouldContain("agent lost");
    }

    [Fact]
    public void After_a_restart_one_under_way_is_asked_for_and_never_started()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        _region.ExpectMsg<GetInjector>();
        StopAndWait(registry);

        registry = Start();
        All(registry)[0].State.ShouldBe("pending");
        Pass(TimeSpan.FromMilliseconds(500));
        _region.ExpectMsg<StartInjection>().ReportOnly.ShouldBeTrue();
        Report(registry, uuid, "finished", 7);
        All(registry)[0].State.ShouldBe("finished");
    }

    [Fact]
    public void A_deleted_injection_is_stopped_and_gone()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        Started(registry);
        registry.Tell(new DeleteInjection { Uuid = uuid }, TestActor);

        ExpectMsg<InjectionDeleted>();
        _region.ExpectMsg<StopInjection>().Uuid.ShouldBe(uuid);
        All(registry).ShouldBeEmpty();
        Pass(TimeSpan.FromMilliseconds(500));
        _region.ExpectMsg<StopInjection>().Uuid.ShouldBe(uuid);
        Report(registry, uuid, "finished", 3);
        All(registry).ShouldBeEmpty();
        Pass(TimeSpan.FromMilliseconds(500));
        _region.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        registry.Tell(new DeleteInjection { Uuid = uuid }, TestActor);
        ExpectMsg<InjectionRefused>().NotFound.ShouldBeTrue();
    }

    [Fact]
    public void What_is_over_is_forgotten_for_good_after_a_while()
    {
        _keep = new(1000, TimeSpan.Zero);
        var registry = Start();
        Report(registry, Create(registry).Uuid, "finished", 1);
        var running = Create(registry).Uuid;
        Report(registry, running, "running", 1);
        AwaitAssert(() =>
        {
            Pass(TimeSpan.FromMinutes(1));
            All(registry).ShouldHaveSingleItem().Uuid.ShouldBe(running);
        });
        StopAndWait(registry);

        All(Start()).ShouldHaveSingleItem().Uuid.ShouldBe(running);
    }

    private IActorRef Start()
    {
        var registry = Sys.ActorOf(InjectionRegistry.Props(new InjectionRegistrySettings(_selector, _region, Mediator, _keep)));
        Mediator.ExpectMsg<Subscribe>().Topic.ShouldBe("topology");
        return registry;
    }

    private StartInjection Started(IActorRef registry)
    {
        _region.ExpectMsg<GetInjector>().Host.ShouldBe("h1");
        registry.Tell(new Injector { Host = "h1", Session = "s1" }, _region);
        return _region.ExpectMsg<StartInjection>();
    }

    private Injection Create(IActorRef registry)
    {
        registry.Tell(new CreateInjection { Injection = new Injection { Src = "G.V('s')", Dst = "G.V('d')", Type = "icmp4" } }, TestActor);
        return ExpectMsg<Injection>();
    }

    private void Report(IActorRef registry, string uuid, string state, ulong sent) =>
        registry.Tell(new InjectionProgress { Uuid = uuid, State = state, Sent = sent }, _region);

    private IReadOnlyList<Injection> All(IActorRef registry)
    {
        registry.Tell(new GetInjections(), TestActor);
        return ExpectMsg<AllInjections>().Injections_;
    }
}
