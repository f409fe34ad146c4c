using Akka.Actor;
using Akka.TestKit.Xunit2;
using Analyzer.Node.Topology;

namespace Analyzer.Node.Tests.Topology;

/// <summary>Who may tell a host's graph. The actor system is there for references only.</summary>
public sealed class AgentRegistrationTests : TestKit
{
    [Fact]
    public void The_first_is_accepted_and_again_in_place_of_its_link_before()
    {
        var (one, two) = (Some(), Some());
        var (first, task) = AgentRegistration.None.Register("s1", one);
        task.ShouldBe(new RegistrationTask.Accept(new AgentSession("s1", one, AgentSession.WholeGraphDue), null));

        first.Stored("s1", 5).Register("s1", two).Task.ShouldBe(new RegistrationTask.Accept(new AgentSession("s1", two, AgentSession.WholeGraphDue), one));
    }

    [Fact]
    public void A_second_is_taken_when_the_first_is_silent_or_ends_and_refused_when_it_lives()
    {
        var (one, two) = (Some(), Some());
        var (claimed, task) = AgentRegistration.None.Register("s1", one).Next.Register("s2", two);
        task.ShouldBe(new RegistrationTask.Ask(claimed.Agent!, new Claim("s2", two)));

        var taken = new RegistrationTask.Accept(new AgentSession("s2", two, AgentSession.WholeGraphDue), one);
        claimed.Silent("s2").Task.ShouldBe(taken);
        claimed.Ended(one).Task.ShouldBe(taken);
        claimed.Lives("s1").ShouldBe((claimed with { Claim = null }, new RegistrationTask.Refuse(two)));
    }

    [Fact]
    public void What_comes_late_changes_nothing()
    {
        var (one, two, three) = (Some(), Some(), Some());
        var first = AgentRegistration.None.Register("s1", one).Next;
        first.Lives("s1").ShouldBe((first, null));
        first.Silent("s2").ShouldBe((first, null));
        first.Ended(two).ShouldBe((first, null));
        first.Stored("s0", 9).ShouldBe(first);

        var claimed = first.Register("s2", two).Next;
        claimed.Silent("s3").ShouldBe((claimed, null));
        claimed.Lives("s2").ShouldBe((claimed, null));
        claimed.Register("s3", three).ShouldBe((claimed, new RegistrationTask.Refuse(three)));
        claimed.Register("s2", three).ShouldBe((claimed with { Claim = new Claim("s2", three) }, null));
    }

    [Fact]
    public void The_last_one_s_end_loses_the_host() =>
        AgentRegistration.None.Register("s1", TestActor).Next.Ended(TestActor).ShouldBe((AgentRegistration.None, new RegistrationTask.Lose()));

    private IActorRef Some() => CreateTestProbe().Ref;
}
