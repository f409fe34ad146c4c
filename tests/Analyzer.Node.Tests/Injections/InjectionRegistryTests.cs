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
        var started = _region.ExpectMsg<StartInjection>();
        started.Host.ShouldBe("h1");
        started.Injection.ShouldBe(injection);
        started.Injection.DstIp.ShouldBe("10.0.0.2");
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
        _region.ExpectMsg<StartInjection>();
        var changed = new GraphChanged { Host = "h1", Cause = "agent lost" };
        changed.Changes.Add(Graphs.DeleteNode("s"));
        registry.Tell(changed, Mediator);

        _region.ExpectMsg<StopInjection>().Uuid.ShouldBe(uuid);
        var failed = All(registry)[0];
        failed.State.ShouldBe("failed");
        failed.Error.ShouldContain("agent lost");
    }

    [Fact]
    public void An_injection_under_way_at_a_restart_fails()
    {
        var registry = Start();
        Create(registry);
        StopAndWait(registry);

        var failed = All(Start())[0];
        failed.State.ShouldBe("failed");
        failed.Error.ShouldContain("restarted");
    }

    [Fact]
    public void A_deleted_injection_is_stopped_and_gone()
    {
        var registry = Start();
        var uuid = Create(registry).Uuid;
        _region.ExpectMsg<StartInjection>();
        registry.Tell(new DeleteInjection { Uuid = uuid }, TestActor);

        ExpectMsg<InjectionDeleted>();
        _region.ExpectMsg<StopInjection>().Uuid.ShouldBe(uuid);
        All(registry).ShouldBeEmpty();
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
