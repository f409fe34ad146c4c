using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class AsyncTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void The_next_message_waits_for_the_end_of_an_asynchronous_handler()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = Sys.ActorOf(Props.Create(() => new Waiting(gate.Task)));
        actor.Tell("wait");
        ExpectMsg("begun");
        actor.Tell("next");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        gate.SetResult();
        ExpectMsg("ended");
        ExpectMsg("next");
    }

    [Fact]
    public void Context_self_and_sender_hold_after_an_await()
    {
        var actor = Sys.ActorOf(Props.Create<Surroundings>());
        actor.Tell("look");
        var (self, sender, child) = ExpectMsg<(IActorRef, IActorRef, IActorRef)>();
        self.ShouldBe(actor);
        sender.ShouldBe(TestActor);
        child.Path.Parent.ShouldBe(actor.Path);
    }

    [Fact]
    public void What_an_asynchronous_handler_throws_fails_the_actor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new FailsLater(TestActor)));
        actor.Tell("fail");
        ExpectMsg("restarted by late");
        actor.Tell("alive?");
        ExpectMsg("yes");
    }

    [Fact]
    public void An_actor_that_awaits_can_be_stopped()
    {
        var never = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Waiting(never.Task)));
        Watch(actor);
        actor.Tell("wait");
        ExpectMsg("begun");
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Asynchronous_handlers_keep_the_order_of_messages()
    {
        var actor = Sys.ActorOf(Props.Create<Yielding>());
        for (var i = 0; i < 200; i++) actor.Tell(i);
        ReceiveN(200).Cast<int>().ShouldBe(Enumerable.Range(0, 200));
    }

    [Fact]
    public void Outside_of_a_message_there_is_no_context()
    {
        var actor = Sys.ActorOf(Props.Create<Escaping>());
        actor.Tell("escape");
        ExpectMsg<Status.Failure>().Cause.ShouldBeOfType<NotSupportedException>();
    }

    private sealed class Waiting : ReceiveActor
    {
        public Waiting(Task gate)
        {
            ReceiveAsync<string>(text => text == "wait", async _ =>
            {
                Sender.Tell("begun");
                await gate;
                Sender.Tell("ended");
            });
            Receive<string>(text => Sender.Tell(text));
        }
    }

    private sealed class Surroundings : ReceiveActor
    {
        public Surroundings() => ReceiveAsync<string>(async _ =>
        {
            await Task.Delay(1);
            await Task.Yield();
            Sender.Tell((Self, Sender, Context.ActorOf(Props.Create<Surroundings>())));
        });
    }

    private sealed class FailsLater : ReceiveActor
    {
        private readonly IActorRef _observer;

        public FailsLater(IActorRef observer)
        {
            _observer = observer;
            ReceiveAsync<string>(text => text == "fail", async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("late");
            });
            Receive<string>(_ => Sender.Tell("yes"));
        }

        protected override void PostRestart(Exception reason) => _observer.Tell($"restarted by {reason.Message}");
    }

    private sealed class Yielding : ReceiveActor
    {
        public Yielding() => ReceiveAsync<int>(async number =>
        {
            if (number % 3 == 0) await Task.Yield();
            Sender.Tell(number);
        });
    }

    private sealed class Escaping : ReceiveActor
    {
        public Escaping() => Receive<string>(_ => OnAThreadOfItsOwn(() => Context.Self).PipeTo(Sender));

        // Not the pool's: its threads may count as some test's actor.
        private static Task<object> OnAThreadOfItsOwn(Func<object> work) =>
            Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
