using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class ConcurrencyTests(ITestOutputHelper output) : TestKit("""
    akka.loglevel = OFF
    akka.log-dead-letters = off
    """, output)
{
    [Fact]
    public void Each_senders_order_holds_and_nothing_is_lost_when_many_tell_at_once()
    {
        const int Senders = 4, Each = 20_000;
        var ledger = Sys.ActorOf(Props.Create(() => new Ledger(TestActor, Senders * Each)));
        Parallel.For(0, Senders, sender =>
        {
            for (var i = 0; i < Each; i++) ledger.Tell((sender, i), ActorRefs.NoSender);
        });
        ExpectMsg("all in order", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void An_actor_handles_one_message_at_a_time()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Alone(TestActor, 40_000)));
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++) actor.Tell(i, ActorRefs.NoSender);
        });
        ExpectMsg("never two at once", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_storm_of_failures_leaves_every_actor_running()
    {
        const int Children = 50;
        var parent = Sys.ActorOf(Props.Create<Nursery>());
        var children = Enumerable.Range(0, Children).Select(i =>
        {
            parent.Tell(i);
            return ExpectMsg<IActorRef>();
        }).ToArray();
        for (var round = 0; round < 20; round++)
        {
            foreach (var child in children) child.Tell("fail", ActorRefs.NoSender);
        }

        foreach (var child in children) child.Tell("alive?");
        ReceiveN(Children, TimeSpan.FromSeconds(20)).ShouldAllBe(answer => "yes".Equals(answer));
    }

    private sealed class Ledger : ReceiveActor
    {
        private readonly Dictionary<int, int> _next = [];
        private int _left;

        public Ledger(IActorRef observer, int total)
        {
            _left = total;
            Receive<(int Sender, int Number)>(message =>
            {
                var expected = _next.GetValueOrDefault(message.Sender);
                if (message.Number != expected) observer.Tell($"{message.Sender} sent {message.Number}, expected {expected}");
                _next[message.Sender] = message.Number + 1;
                if (--_left == 0) observer.Tell("all in order");
            });
        }
    }

    private sealed class Alone : ReceiveActor
    {
        private int _inside;
        private int _left;

        public Alone(IActorRef observer, int total)
        {
            _left = total;
            ReceiveAsync<int>(async number =>
            {
                if (Interlocked.Increment(ref _inside) != 1) observer.Tell("two at once");
                if (number % 97 == 0) await Task.Yield();
                Interlocked.Decrement(ref _inside);
                if (--_left == 0) observer.Tell("never two at once");
            });
        }
    }

    private sealed class Nursery : ReceiveActor
    {
        public Nursery() => Receive<int>(_ => Sender.Tell(Context.ActorOf(Props.Create<Fragile>())));
    }

    private sealed class Fragile : ReceiveActor
    {
        public Fragile()
        {
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException());
            Receive<string>(_ => Sender.Tell("yes"));
        }
    }
}
