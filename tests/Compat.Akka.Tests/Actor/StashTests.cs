using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class StashTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void Unstashed_messages_come_in_their_order_before_those_that_wait()
    {
        var actor = Sys.ActorOf(Props.Create<Door>());
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        actor.Tell("open");
        actor.Tell(4);
        ReceiveN(4).Cast<int>().ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public void Unstash_puts_back_the_oldest_alone()
    {
        var actor = Sys.ActorOf(Props.Create<Door>());
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("one");
        ExpectMsg(1);
        actor.Tell("rest");
        ExpectMsg(2);
    }

    [Fact]
    public void An_unstashed_message_keeps_its_sender()
    {
        var actor = Sys.ActorOf(Props.Create<Door>());
        var probe = CreateTestProbe();
        actor.Tell(1, probe);
        actor.Tell("open");
        probe.ExpectMsg(1);
    }

    [Fact]
    public void A_message_cannot_be_stashed_twice()
    {
        var actor = Sys.ActorOf(Props.Create<Greedy>());
        actor.Tell("mine");
        ExpectMsg<Status.Failure>().Cause.ShouldBeOfType<IllegalActorStateException>();
    }

    [Fact]
    public void The_instance_after_a_restart_gets_what_the_one_before_had_stashed()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Hesitant(TestActor)));
        actor.Tell(1);
        actor.Tell(2);
        ExpectMsg("stashed 1");
        ExpectMsg("stashed 2");
        actor.Tell("fail");
        ExpectMsg("stashed 1");
        ExpectMsg("stashed 2");
    }

    [Fact]
    public void What_a_stopped_actor_had_stashed_goes_to_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = Sys.ActorOf(Props.Create<Door>());
        actor.Tell(1);
        actor.Tell(PoisonPill.Instance);
        FishForMessage<DeadLetter>(letter => 1.Equals(letter.Message));
    }

    private sealed class Door : ReceiveActor, IWithUnboundedStash
    {
        public Door()
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(text => text == "open", _ =>
            {
                Become(() => Receive<int>(number => Sender.Tell(number)));
                Stash.UnstashAll();
            });
            Receive<string>(text => text == "one", _ =>
            {
                Stash.Unstash();
                BecomeStacked(() =>
                {
                    Receive<int>(number => Sender.Tell(number));
                    Receive<string>(_ => Stash.Unstash());
                });
            });
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class Hesitant : ReceiveActor, IWithUnboundedStash
    {
        public Hesitant(IActorRef observer)
        {
            Receive<int>(number =>
            {
                Stash.Stash();
                observer.Tell($"stashed {number}");
            });
            Receive<string>(_ => throw new InvalidOperationException());
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class Greedy : ReceiveActor, IWithUnboundedStash
    {
        public Greedy() => ReceiveAny(_ =>
        {
            Stash.Stash();
            try
            {
                Stash.Stash();
            }
            catch (IllegalActorStateException exception)
            {
                Sender.Tell(new Status.Failure(exception));
            }
        });

        public IStash Stash { get; set; } = null!;
    }
}
