using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class DeathWatchTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void A_watcher_hears_of_the_end()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        Watch(subject);
        Sys.Stop(subject);
        var terminated = ExpectTerminated(subject);
        terminated.ExistenceConfirmed.ShouldBeTrue();
        terminated.AddressTerminated.ShouldBeFalse();
    }

    [Fact]
    public void Who_watches_the_dead_hears_so_at_once()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        Watch(subject);
        Sys.Stop(subject);
        ExpectTerminated(subject);
        var late = CreateTestProbe();
        late.Watch(subject);
        late.ExpectTerminated(subject);
    }

    [Fact]
    public void Every_watcher_hears_once()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        var probes = new[] { CreateTestProbe(), CreateTestProbe(), CreateTestProbe() };
        foreach (var probe in probes)
        {
            probe.Watch(subject);
            probe.Watch(subject);
        }

        Sys.Stop(subject);
        foreach (var probe in probes)
        {
            probe.ExpectTerminated(subject);
            probe.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public void Who_has_unwatched_hears_nothing()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        var other = CreateTestProbe();
        other.Watch(subject);
        Watch(subject);
        Unwatch(subject);
        Sys.Stop(subject);
        other.ExpectTerminated(subject);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void WatchWith_tells_the_message_asked_for()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor, subject)));
        watcher.Tell("ready?");
        ExpectMsg("ready?");
        Sys.Stop(subject);
        ExpectMsg("it is gone");
    }

    [Fact]
    public void An_unhandled_Terminated_stops_the_watcher()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        var dependent = Sys.ActorOf(Props.Create(() => new Dependent(subject)));
        dependent.Tell("ready?");
        ExpectMsg("yes");
        Watch(dependent);
        Sys.Stop(subject);
        ExpectTerminated(dependent);
    }

    [Fact]
    public void A_restart_of_the_subject_isnt_its_death()
    {
        var subject = Sys.ActorOf(Props.Create<Subject>());
        Watch(subject);
        subject.Tell(new InvalidOperationException("restart"));
        subject.Tell("alive?");
        ExpectMsg("alive?");
    }

    private sealed class Subject : ReceiveActor
    {
        public Subject()
        {
            Receive<Exception>(exception => { throw exception; });
            ReceiveAny(message => Sender.Tell(message));
        }
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef observer, IActorRef subject)
        {
            Context.WatchWith(subject, "it is gone");
            ReceiveAny(observer.Tell);
        }
    }

    private sealed class Dependent : ReceiveActor
    {
        public Dependent(IActorRef subject)
        {
            Context.Watch(subject);
            Receive<string>(_ => Sender.Tell("yes"));
        }
    }
}
