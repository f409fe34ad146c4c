using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class BehaviourTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void Handlers_are_tried_in_the_order_they_were_declared()
    {
        var actor = Sys.ActorOf(Props.Create<Ordered>());
        actor.Tell(5);
        actor.Tell(50);
        actor.Tell(new ArgumentNullException("x"));
        actor.Tell(new InvalidOperationException());
        actor.Tell('c');
        ExpectMsg("small");
        ExpectMsg("number");
        ExpectMsg("argument");
        ExpectMsg("exception");
        ExpectMsg("anything");
    }

    [Fact]
    public void What_no_handler_wants_is_published_as_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create<OnlyStrings>());
        actor.Tell(17);
        var unhandled = ExpectMsg<UnhandledMessage>();
        unhandled.Message.ShouldBe(17);
        unhandled.Recipient.ShouldBe(actor);
        unhandled.Sender.ShouldBe(TestActor);
    }

    [Fact]
    public void A_handler_that_returns_false_leaves_the_message_to_the_next()
    {
        var actor = Sys.ActorOf(Props.Create<Declining>());
        actor.Tell("a");
        ExpectMsg("first a");
        actor.Tell("b");
        ExpectMsg("second b");
    }

    [Fact]
    public void A_handler_after_one_for_everything_is_refused()
    {
        var actor = Sys.ActorOf(Props.Create<HandlerAfterAny>());
        Watch(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Become_replaces_the_behaviour_and_the_stack_remembers()
    {
        var actor = Sys.ActorOf(Props.Create<Moody>());
        actor.Tell("how?");
        ExpectMsg("calm");
        actor.Tell("push");
        actor.Tell("how?");
        ExpectMsg("excited");
        actor.Tell("pop");
        actor.Tell("how?");
        ExpectMsg("calm");
        actor.Tell("replace");
        actor.Tell("how?");
        ExpectMsg("excited");
        actor.Tell("pop");
        actor.Tell("how?");
        ExpectMsg("excited");
    }

    [Fact]
    public void A_restart_forgets_behaviours()
    {
        var actor = Sys.ActorOf(Props.Create<Moody>());
        actor.Tell("push");
        actor.Tell("fail");
        actor.Tell("how?");
        ExpectMsg("calm");
    }

    [Fact]
    public void Untyped_actors_become_too()
    {
        var actor = Sys.ActorOf(Props.Create<Counter>());
        actor.Tell("x");
        ExpectMsg("first");
        actor.Tell("x");
        ExpectMsg("later");
    }

    private sealed class Ordered : ReceiveActor
    {
        public Ordered()
        {
            Receive<int>(number => number < 10, _ => Sender.Tell("small"));
            Receive<int>(_ => Sender.Tell("number"));
            Receive<ArgumentException>(_ => Sender.Tell("argument"));
            Receive<Exception>(_ => Sender.Tell("exception"));
            ReceiveAny(_ => Sender.Tell("anything"));
        }
    }

    private sealed class OnlyStrings : ReceiveActor
    {
        public OnlyStrings() => Receive<string>(_ => { });
    }

    private sealed class Declining : ReceiveActor
    {
        public Declining()
        {
            Receive<string>(text =>
            {
                if (text != "a") return false;
                Sender.Tell("first a");
                return true;
            });
            Receive<string>(text => Sender.Tell($"second {text}"));
        }
    }

    private sealed class HandlerAfterAny : ReceiveActor
    {
        public HandlerAfterAny()
        {
            ReceiveAny(_ => { });
            Receive<string>(_ => { });
        }
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody() => Calm();

        private void Calm()
        {
            Common();
            Receive<string>(_ => Sender.Tell("calm"));
        }

        private void Excited()
        {
            Common();
            Receive<string>(_ => Sender.Tell("excited"));
        }

        private void Common()
        {
            Receive<string>(text => text == "push", _ => BecomeStacked(Excited));
            Receive<string>(text => text == "pop", _ => UnbecomeStacked());
            Receive<string>(text => text == "replace", _ => Become(Excited));
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException());
        }
    }

    private sealed class Counter : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Sender.Tell("first");
            Become(Later);
        }

        private void Later(object message) => Sender.Tell("later");
    }
}
