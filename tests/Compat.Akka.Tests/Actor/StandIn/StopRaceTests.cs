using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor.StandIn;

/// <summary>Akka.NET doesn't promise a dead letter for every message that races with an actor's end; the stand-in does. Not run against the packages.</summary>
public sealed class StopRaceTests(ITestOutputHelper output) : TestKit("""
    akka.loglevel = OFF
    akka.log-dead-letters = off
    """, output)
{
    [Fact]
    public void A_message_told_to_a_stopping_actor_is_either_handled_or_a_dead_letter()
    {
        const int Rounds = 200, Each = 50;
        var tally = Sys.ActorOf(Props.Create(() => new Tally(TestActor, Rounds * Each)));
        Sys.EventStream.Subscribe(tally, typeof(DeadLetter));
        for (var round = 0; round < Rounds; round++)
        {
            var actor = Sys.ActorOf(Props.Create(() => new Counting(tally)));
            Parallel.Invoke(
                () =>
                {
                    for (var i = 0; i < Each; i++) actor.Tell(i, ActorRefs.NoSender);
                },
                () => Sys.Stop(actor));
        }

        ExpectMsg("all accounted for", TimeSpan.FromSeconds(20));
    }

    private sealed class Tally : ReceiveActor
    {
        private int _left;

        public Tally(IActorRef observer, int total)
        {
            _left = total;
            Receive<int>(_ => Count(observer));
            Receive<DeadLetter>(letter => letter.Message is int, _ => Count(observer));
            Receive<DeadLetter>(_ => { });
        }

        private void Count(IActorRef observer)
        {
            if (--_left == 0) observer.Tell("all accounted for");
        }
    }

    private sealed class Counting : ReceiveActor
    {
        public Counting(IActorRef tally) => Receive<int>(number => tally.Tell(number));
    }
}
