using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class SupervisionTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void A_restarted_actor_has_new_state_and_the_same_ref()
    {
        var child = Supervised(new OneForOneStrategy(_ => Directive.Restart));
        child.Tell("count");
        ExpectMsg(1);
        child.Tell(new InvalidOperationException("restart me"));
        ExpectMsg("PreRestart restart me InvalidOperationException");
        ExpectMsg("PostStop");
        ExpectMsg("PostRestart restart me");
        child.Tell("count");
        ExpectMsg(1);
    }

    [Fact]
    public void A_resumed_actor_keeps_its_state()
    {
        var child = Supervised(new OneForOneStrategy(_ => Directive.Resume));
        child.Tell("count");
        child.Tell(new InvalidOperationException("go on"));
        child.Tell("count");
        ExpectMsg(1);
        ExpectMsg(2);
    }

    [Fact]
    public void A_stopped_actor_terminates()
    {
        var child = Supervised(new OneForOneStrategy(_ => Directive.Stop));
        Watch(child);
        child.Tell(new InvalidOperationException("stop me"));
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void An_escalated_failure_fails_the_supervisor_too()
    {
        var top = Sys.ActorOf(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Stop))));
        top.Tell(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Escalate))));
        var middle = ExpectMsg<IActorRef>();
        middle.Tell(Props.Create(() => new Child(TestActor)));
        var child = ExpectMsg<IActorRef>();
        Watch(middle);
        child.Tell(new InvalidOperationException("too much"));
        ExpectMsg("PostStop");
        ExpectTerminated(middle);
    }

    [Fact]
    public void An_actor_is_stopped_after_as_many_restarts_as_allowed()
    {
        var child = Supervised(new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart));
        Watch(child);
        for (var i = 0; i < 2; i++)
        {
            child.Tell(new InvalidOperationException("again"));
            ExpectMsg("PreRestart again InvalidOperationException");
            ExpectMsg("PostStop");
            ExpectMsg("PostRestart again");
        }

        child.Tell(new InvalidOperationException("again"));
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void The_decider_sees_what_the_child_threw()
    {
        var child = Supervised(new OneForOneStrategy(failure => failure is ArgumentException ? Directive.Resume : Directive.Stop));
        Watch(child);
        child.Tell(new ArgumentException("harmless"));
        child.Tell("count");
        ExpectMsg(1);
        child.Tell(new InvalidOperationException("serious"));
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new AllForOneStrategy(_ => Directive.Restart))));
        supervisor.Tell(Props.Create(() => new Child(TestActor)));
        var failing = ExpectMsg<IActorRef>();
        var probe = CreateTestProbe();
        supervisor.Tell(Props.Create(() => new Child(probe)));
        var sibling = ExpectMsg<IActorRef>();
        sibling.Tell("count", probe);
        probe.ExpectMsg(1);
        failing.Tell(new InvalidOperationException("all of us"));
        probe.ExpectMsg<string>(text => text.StartsWith("PreRestart all of us", StringComparison.Ordinal));
        probe.ExpectMsg("PostStop");
        probe.ExpectMsg("PostRestart all of us");
        sibling.Tell("count", probe);
        probe.ExpectMsg(1);
    }

    [Fact]
    public void Messages_told_to_a_failed_actor_wait_for_its_restart()
    {
        var child = Supervised(new OneForOneStrategy(_ => Directive.Restart));
        child.Tell(new InvalidOperationException("first"));
        for (var i = 0; i < 10; i++) child.Tell("count");
        ExpectMsg("PreRestart first InvalidOperationException");
        ExpectMsg("PostStop");
        ExpectMsg("PostRestart first");
        ReceiveN(10).Cast<int>().ShouldBe(Enumerable.Range(1, 10));
    }

    [Fact]
    public void A_restart_stops_the_children()
    {
        var parent = Supervised(new OneForOneStrategy(_ => Directive.Restart));
        parent.Tell(Props.Create(() => new Child(TestActor)));
        var grandchild = ExpectMsg<IActorRef>();
        Watch(grandchild);
        parent.Tell(new InvalidOperationException("x"));
        FishForMessage<Terminated>(terminated => terminated.ActorRef.Equals(grandchild));
    }

    [Fact]
    public void A_failing_constructor_stops_the_actor()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(SupervisorStrategy.DefaultStrategy)));
        supervisor.Tell(Props.Create<CannotBeMade>());
        Watch(ExpectMsg<IActorRef>());
        ExpectMsg<Terminated>();
    }

    [Fact]
    public void Kill_fails_the_actor_with_an_ActorKilledException()
    {
        var child = Supervised(new OneForOneStrategy(failure => failure is ActorKilledException ? Directive.Restart : Directive.Stop));
        child.Tell(Kill.Instance);
        ExpectMsg<string>(text => text.StartsWith("PreRestart", StringComparison.Ordinal));
    }

    [Fact]
    public void A_poison_pill_stops_after_the_messages_before_it()
    {
        var child = Supervised(SupervisorStrategy.DefaultStrategy);
        Watch(child);
        child.Tell("count");
        child.Tell(PoisonPill.Instance);
        child.Tell("count");
        ExpectMsg(1);
        ExpectMsg("PostStop");
        ExpectTerminated(child);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_graceful_stop_ends_when_the_actor_has_terminated()
    {
        var child = Supervised(SupervisorStrategy.DefaultStrategy);
        (await child.GracefulStop(TimeSpan.FromSeconds(3))).ShouldBeTrue();
        ExpectMsg("PostStop");
    }

    [Fact]
    public void Children_stop_before_their_parent()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Child(TestActor)), "parent");
        parent.Tell(Props.Create(() => new Named(TestActor, "child")));
        ExpectMsg<IActorRef>();
        Sys.Stop(parent);
        ExpectMsg("child stopped");
        ExpectMsg("PostStop");
    }

    [Fact]
    public void A_stopped_childs_name_is_free_again()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Namesakes(TestActor)));
        parent.Tell("make");
        var first = ExpectMsg<IActorRef>();
        first.Tell(PoisonPill.Instance);
        ExpectMsg("gone");
        parent.Tell("make");
        var second = ExpectMsg<IActorRef>();
        second.Path.ShouldBe(first.Path);
        second.ShouldNotBe(first);
    }

    private IActorRef Supervised(SupervisorStrategy strategy)
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
        supervisor.Tell(Props.Create(() => new Child(TestActor)));
        return ExpectMsg<IActorRef>();
    }

    private sealed class Supervisor : ReceiveActor
    {
        private readonly SupervisorStrategy _strategy;

        public Supervisor(SupervisorStrategy strategy)
        {
            _strategy = strategy;
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
        }

        protected override SupervisorStrategy SupervisorStrategy() => _strategy;

        protected override void PreRestart(Exception reason, object message)
        {
        }
    }

    private sealed class Child : ReceiveActor
    {
        private readonly IActorRef _observer;
        private int _count;

        public Child(IActorRef observer)
        {
            _observer = observer;
            Receive<Exception>(exception => { throw exception; });
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
            Receive<string>(text => text == "count", _ => Sender.Tell(++_count));
        }

        protected override void PreRestart(Exception reason, object message)
        {
            _observer.Tell($"PreRestart {reason.Message} {message?.GetType().Name}");
            base.PreRestart(reason, message!);
        }

        protected override void PostRestart(Exception reason) => _observer.Tell($"PostRestart {reason.Message}");

        protected override void PostStop() => _observer.Tell("PostStop");
    }

    private sealed class Named(IActorRef observer, string name) : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);

        protected override void PostStop() => observer.Tell($"{name} stopped");
    }

    private sealed class Namesakes : ReceiveActor
    {
        public Namesakes(IActorRef observer)
        {
            Receive<string>(_ => Sender.Tell(Context.Watch(Context.ActorOf(Props.Create(() => new Named(Nobody, "same")), "same"))));
            Receive<Terminated>(_ => observer.Tell("gone"));
        }

        private static IActorRef Nobody => ActorRefs.Nobody;
    }

    private sealed class CannotBeMade : UntypedActor
    {
        public CannotBeMade() => throw new InvalidOperationException("no");

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
