using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.TestKit;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Shared.Messages.Captures;
using Shared.Messages.Injections;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Topology;

public sealed class HostEntityTests : EntityTest
{
    private static readonly HostEntitySettings Settings = new(16, 3, TimeSpan.FromHours(1), TimeSpan.FromSeconds(4), TimeSpan.FromDays(7));

    public HostEntityTests()
        : base(StandingTime)
    {
    }

    [Fact]
    public void A_registered_agent_learns_how_many_flow_partitions_there_are()
    {
        var (entity, agent) = (Start(), CreateTestProbe());
        entity.Tell(Register("s1"), agent);

        agent.ExpectMsg<AgentAccepted>().FlowPartitions.ShouldBe(16);
    }

    [Fact]
    public void The_graph_is_acknowledged_and_published_when_it_is_stored()
    {
        var (entity, agent) = Registered();
        entity.Tell(Graphs.Sync("s1", 1, [Graphs.Node("a")]), agent);
        agent.ExpectMsg<GraphStored>().Sequence.ShouldBe(1);
        var published = ExpectPublished();
        published.Revision.ShouldBe(1);
        published.Cause.ShouldBe("sync");

        entity.Tell(Graphs.Update("s1", 2, Graphs.Set(Graphs.Node("b"))), agent);
        agent.ExpectMsg<GraphStored>().Sequence.ShouldBe(2);
        ExpectPublished().Changes.ShouldHaveSingleItem().NodeSet.Id.ShouldBe("b");
    }

    [Fact]
    public void An_update_sent_again_is_acknowledged_again_and_counts_once()
    {
        var (entity, agent) = Synced();
        var update = Graphs.Update("s1", 2, Graphs.Set(Graphs.Node("b")));
        entity.Tell(update, agent);
        entity.Tell(update, agent);

        agent.ExpectMsg<GraphStored>().Sequence.ShouldBe(2);
        agent.ExpectMsg<GraphStored>().Sequence.ShouldBe(2);
        GraphOf(entity).Revision.ShouldBe(2);
    }

    [Fact]
    public void A_gap_asks_for_the_whole_graph()
    {
        var (entity, agent) = Synced();
        entity.Tell(Graphs.Update("s1", 4, Graphs.Set(Graphs.Node("b"))), agent);

        agent.ExpectMsg<ResyncGraph>();
        GraphOf(entity).Revision.ShouldBe(1);
    }

    [Fact]
    public void An_agent_nobody_knows_is_asked_for_the_whole_graph_and_is_registered_by_it()
    {
        var (entity, agent) = (Start(), CreateTestProbe());
        entity.Tell(Graphs.Update("s1", 7, Graphs.Set(Graphs.Node("b"))), agent);
        agent.ExpectMsg<ResyncGraph>();
        entity.Tell(Graphs.Sync("s1", 8, [Graphs.Node("a")]), agent);

        agent.ExpectMsg<AgentAccepted>();
        agent.ExpectMsg<GraphStored>().Sequence.ShouldBe(8);
    }

    [Fact]
    public void A_second_agent_is_refused_while_the_first_lives()
    {
        var (entity, _) = Registered();
        var second = CreateTestProbe();
        entity.Tell(Register("s2"), second);

        var refused = second.ExpectMsg<AgentRefused>();
        refused.Host.ShouldBe("h1");
        refused.Reason.ShouldContain("\"h1\" is taken");
        entity.Tell(Graphs.Sync("s2", 1, [Graphs.Node("x")]), second);
        second.ExpectMsg<AgentRefused>();
    }

    [Fact]
    public void A_second_agent_is_taken_when_the_first_does_not_answer()
    {
        // Nobody never answers, and nobody's end is never noticed: as after a crash that no failure detector has seen yet.
        var entity = Start();
        entity.Tell(Register("s1"), ActorRefs.Nobody);
        var second = CreateTestProbe();
        entity.Tell(Register("s2"), second);
        GraphOf(entity);
        Pass(Settings.AnswerWithin);

        second.ExpectMsg<AgentAccepted>();
        entity.Tell(Graphs.Sync("s2", 1, [Graphs.Node("a")]), second);
        second.ExpectMsg<GraphStored>();
    }

    [Fact]
    public void A_second_agent_that_asks_again_is_not_kept_waiting_longer()
    {
        var entity = Start();
        entity.Tell(Register("s1"), ActorRefs.Nobody);
        var second = CreateTestProbe();
        for (var i = 0; i < 4; i++)
        {
            entity.Tell(Register("s2"), second);
            GraphOf(entity);
            Pass(Settings.AnswerWithin / 4);
        }

        second.ExpectMsg<AgentAccepted>();
    }

    [Fact]
    public void The_same_agent_may_register_again()
    {
        var (entity, agent) = Synced();
        entity.Tell(Register("s1"), agent);
        agent.ExpectMsg<AgentAccepted>();

        // It may have lost messages meanwhile: its changes count only after its whole graph.
        entity.Tell(Graphs.Update("s1", 2, Graphs.Set(Graphs.Node("b"))), agent);
        agent.ExpectMsg<ResyncGraph>();
    }

    [Fact]
    public void A_lost_agents_nodes_leave_the_graph_and_stay_in_the_journal()
    {
        var (entity, agent) = Synced();
        Sys.Stop(agent);

        var published = ExpectPublished();
        published.Cause.ShouldBe("agent lost");
        published.Changes.ShouldHaveSingleItem().NodeDeleted.ShouldBe("a");
        GraphOf(entity).Nodes.ShouldBeEmpty();
    }

    [Fact]
    public void An_agent_that_ends_in_order_is_no_reason_to_warn()
    {
        var (_, agent) = Synced();
        var warnings = CreateTestProbe();
        Sys.EventStream.Subscribe(warnings, typeof(Warning));
        Sys.Stop(agent);
        ExpectPublished().Cause.ShouldBe("agent lost");
        warnings.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void An_agent_that_is_lost_with_its_node_is_warned_of()
    {
        var (entity, agent) = Synced();
        EventFilter.Warning(contains: "host h1 leaves the graph: its agent became unreachable").ExpectOne(() =>
        {
            ((IInternalActorRef)entity).SendSystemMessage(new DeathWatchNotification(agent, existenceConfirmed: false, addressTerminated: true));
            ExpectPublished().Cause.ShouldBe("agent lost");
        });
    }

    [Fact]
    public void After_a_restart_the_graph_goes_when_no_agent_comes()
    {
        var (entity, _) = Synced();
        StopAndWait(entity);

        var again = Start();
        GraphOf(again).Nodes.ShouldHaveSingleItem();
        Pass(Settings.ReregisterWithin);
        var lost = ExpectPublished();
        lost.Cause.ShouldBe("agent lost");
        lost.Changes.ShouldHaveSingleItem().NodeDeleted.ShouldBe("a");
        GraphOf(again).Revision.ShouldBe(2);
    }

    [Fact]
    public void After_a_restart_the_graph_stays_when_the_agent_comes()
    {
        var (entity, agent) = Synced();
        StopAndWait(entity);
        var again = Start();
        again.Tell(Register("s1"), agent);
        agent.ExpectMsg<AgentAccepted>();
        again.Tell(Graphs.Sync("s1", 9, [Graphs.Node("a")]), agent);
        agent.ExpectMsg<GraphStored>();

        // Nothing has changed, so nothing is stored; and what would be published first is the next change.
        again.Tell(Graphs.Update("s1", 10, Graphs.Set(Graphs.Node("b"))), agent);
        agent.ExpectMsg<GraphStored>();
        ExpectPublished().Cause.ShouldBe("update");
    }

    [Fact]
    public void A_snapshot_carries_over_a_restart()
    {
        var (entity, agent) = Synced();
        for (var i = 2; i <= 7; i++)
        {
            entity.Tell(Graphs.Update("s1", i, Graphs.Set(Graphs.Node($"n{i}"))), agent);
            agent.ExpectMsg<GraphStored>();
            ExpectPublished();
        }

        StopAndWait(entity);

        var graph = GraphOf(Start());
        graph.Revision.ShouldBe(7);
        graph.Nodes.Count.ShouldBe(7);
    }

    [Fact]
    public void A_view_that_starts_gets_the_graph()
    {
        var (entity, _) = Synced();
        var view = CreateTestProbe();
        entity.Tell(new AnnounceHostGraphs(), view);

        view.ExpectMsg<HostGraph>().Nodes.ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "h1", true)]
    [InlineData("h0", "h2", true)]
    [InlineData("h1", "", false)]
    [InlineData("", "h0", false)]
    public void An_announcement_is_about_the_hosts_between_two_names(string after, string until, bool answers)
    {
        var (entity, _) = Synced();
        var view = CreateTestProbe();
        entity.Tell(new AnnounceHostGraphs { After = after, Until = until }, view);
        entity.Tell(new Identify(1), view);

        (view.ExpectMsg<object>() is HostGraph).ShouldBe(answers);
    }

    [Fact]
    public void Commands_go_to_the_agent_and_its_answer_to_who_gave_them()
    {
        var (entity, agent) = Registered();
        var registry = CreateTestProbe();
        entity.Tell(new GetInjector { Host = "h1" }, registry);
        registry.ExpectMsg<Injector>().Session.ShouldBe("s1");
        entity.Tell(new StartInjection { Host = "h1", Session = "s1", Injection = new Injection { Uuid = "i1" } }, registry);

        agent.ExpectMsg<StartInjection>().Injection.Uuid.ShouldBe("i1");
        agent.Reply(new InjectionProgress { Uuid = "i1" });
        registry.ExpectMsg<InjectionProgress>().Uuid.ShouldBe("i1");
    }

    [Fact]
    public void An_agent_that_came_later_starts_no_injection_and_tells_of_it()
    {
        var (entity, agent) = Registered();
        entity.Tell(new StartInjection { Host = "h1", Session = "s0", Injection = new Injection { Uuid = "i1" } }, TestActor);
        ExpectMsg<InjectionProgress>().Error.ShouldContain("its agent was started anew meanwhile");

        entity.Tell(new StartInjection { Host = "h1", ReportOnly = true, Injection = new Injection { Uuid = "i1" } }, TestActor);
        agent.ExpectMsg<StartInjection>().ReportOnly.ShouldBeTrue();
    }

    [Fact]
    public void Of_injections_nothing_is_said_while_the_agent_may_come_back()
    {
        var (entity, _) = Synced();
        StopAndWait(entity);
        var again = Start();
        again.Tell(new GetInjector { Host = "h1" }, TestActor);
        again.Tell(new StartInjection { Host = "h1", Session = "s1", Injection = new Injection { Uuid = "i1" } }, TestActor);
        again.Tell(new StopInjection { Host = "h1", Uuid = "i1" }, TestActor);
        again.Tell(new Identify(1), TestActor);

        ExpectMsg<ActorIdentity>();
    }

    [Fact]
    public void A_host_without_an_agent_is_forgotten_in_time_and_known_again_when_one_comes()
    {
        var (entity, agent) = Synced();
        Sys.Stop(agent);
        ExpectPublished().Cause.ShouldBe("agent lost");
        AwaitAssert(() =>
        {
            Pass(Settings.ForgetAfter);
            ExpectPublished().Cause.ShouldBe("forgotten");
        });
        GraphOf(entity).Forgotten.ShouldBeTrue();

        entity.Tell(Register("s2"), CreateTestProbe());
        entity.Tell(Graphs.Sync("s2", 1, [Graphs.Node("a")]), TestActor);
        ExpectMsg<GraphStored>();
        ExpectPublished().Cause.ShouldBe("sync");
        GraphOf(entity).Forgotten.ShouldBeFalse();
        StopAndWait(entity);
        GraphOf(Start()).Revision.ShouldBe(4);
    }

    [Fact]
    public void A_host_is_forgotten_on_demand_unless_its_agent_is_there()
    {
        var (entity, agent) = Synced();
        entity.Tell(new ForgetHost { Host = "h1" }, TestActor);
        ExpectMsg<HostRefused>().Reason.ShouldContain("h1: its agent is connected");
        Sys.Stop(agent);
        ExpectPublished().Cause.ShouldBe("agent lost");

        entity.Tell(new ForgetHost { Host = "h1" }, TestActor);
        ExpectMsg<HostForgotten>().Host.ShouldBe("h1");
        ExpectPublished().Cause.ShouldBe("forgotten");
        entity.Tell(new ForgetHost { Host = "h1" }, TestActor);
        ExpectMsg<HostRefused>().NotFound.ShouldBeTrue();
        StopAndWait(entity);
        GraphOf(Start()).Forgotten.ShouldBeTrue();
    }

    [Fact]
    public void A_name_nobody_had_is_no_host_to_forget()
    {
        Start().Tell(new ForgetHost { Host = "h1" }, TestActor);
        ExpectMsg<HostRefused>().NotFound.ShouldBeTrue();
    }

    [Fact]
    public void Commands_are_refused_clearly_when_there_is_no_agent()
    {
        var entity = Start();
        entity.Tell(new SetCaptures { Host = "h1" }, TestActor);
        ExpectMsg<CaptureRefused>().Reason.ShouldContain("h1: no agent is connected");
        entity.Tell(new StartInjection { Host = "h1", Injection = new Injection { Uuid = "i1" } }, TestActor);
        var progress = ExpectMsg<InjectionProgress>();
        progress.State.ShouldBe("failed");
        progress.Error.ShouldContain("h1: no agent is connected");
    }

    [Fact]
    public void The_fabric_needs_no_agent()
    {
        var entity = Sys.ActorOf(HostEntity.Props("fabric", Settings, Mediator));
        Mediator.ExpectMsg<Subscribe>();
        entity.Tell(Graphs.Sync("", 1, [Graphs.Node("TOR1", "fabric")], host: "fabric"), TestActor);
        ExpectMsg<GraphStored>();
        ExpectPublished().Cause.ShouldBe("fabric");
        entity.Tell(new RegisterAgent { Host = "fabric", Session = "s" }, TestActor);
        ExpectMsg<AgentRefused>().Reason.ShouldContain("fabric");
    }

    private static RegisterAgent Register(string session) => new() { Host = "h1", Session = session };

    private IActorRef Start(HostEntitySettings? settings = null)
    {
        var entity = Sys.ActorOf(HostEntity.Props("h1", settings ?? Settings, Mediator));
        Mediator.ExpectMsg<Subscribe>().Topic.ShouldBe("topology-views");
        return entity;
    }

    private (IActorRef Entity, TestProbe Agent) Registered()
    {
        var (entity, agent) = (Start(), CreateTestProbe());
        entity.Tell(Register("s1"), agent);
        agent.ExpectMsg<AgentAccepted>();
        return (entity, agent);
    }

    private (IActorRef Entity, TestProbe Agent) Synced()
    {
        var (entity, agent) = Registered();
        entity.Tell(Graphs.Sync("s1", 1, [Graphs.Node("a")]), agent);
        agent.ExpectMsg<GraphStored>();
        ExpectPublished();
        return (entity, agent);
    }

    private HostGraph GraphOf(IActorRef entity)
    {
        entity.Tell(new GetHostGraph { Host = "h1" }, TestActor);
        return ExpectMsg<HostGraph>();
    }

    private GraphChanged ExpectPublished()
    {
        var publish = Mediator.ExpectMsg<Publish>();
        publish.Topic.ShouldBe("topology");
        return publish.Message.ShouldBeOfType<GraphChanged>();
    }

}
