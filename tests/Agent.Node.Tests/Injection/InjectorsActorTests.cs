using Agent.Node.Injection;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Shared.Messages.Injections;
using InjectionRequest = Shared.Messages.Injections.Injection;

namespace Agent.Node.Tests.Injection;

public sealed class InjectorsActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IActorRef _injectors;

    public InjectorsActorTests()
    {
        _injectors = Sys.ActorOf(InjectorsActor.Props("h1", TestActor));
        ExpectMsg<WatchGraph>();
    }

    [Fact]
    public void One_that_is_only_asked_for_is_not_started()
    {
        _injectors.Tell(new StartInjection { ReportOnly = true, Injection = new InjectionRequest { Uuid = "i" } }, TestActor);
        var progress = ExpectMsg<InjectionProgress>();
        (progress.State, progress.Uuid).ShouldBe(("failed", "i"));
        progress.Error.ShouldContain("host h1 doesn't know of it");
    }

    [Fact]
    public void One_from_a_node_that_is_gone_is_refused()
    {
        _injectors.Tell(new StartInjection { Injection = new InjectionRequest { Uuid = "i", NodeId = "n" } }, TestActor);
        ExpectMsg<InjectionProgress>().Error.ShouldBe("host h1 has no node n any more");
    }

    [Fact]
    public void The_end_of_one_is_remembered_and_it_is_not_started_again()
    {
        var over = new InjectionProgress { Uuid = "i", State = "finished", Sent = 7 };
        _injectors.Tell(over);
        foreach (var message in new object[] { new StartInjection { Injection = new InjectionRequest { Uuid = "i" } }, new StopInjection { Uuid = "i" } })
        {
            _injectors.Tell(message, TestActor);
            ExpectMsg<InjectionProgress>(Patience).ShouldBe(over);
        }
    }

    [Fact]
    public void Ends_are_remembered_of_a_thousand()
    {
        for (var i = 0; i <= 1000; i++)
        {
            _injectors.Tell(new InjectionProgress { Uuid = $"{i}", State = "finished" });
        }

        _injectors.Tell(new StopInjection { Uuid = "0" }, TestActor);
        ExpectMsg<InjectionProgress>(Patience).Error.ShouldContain("doesn't know of it");
        _injectors.Tell(new StopInjection { Uuid = "1" }, TestActor);
        ExpectMsg<InjectionProgress>(Patience).State.ShouldBe("finished");
    }
}
