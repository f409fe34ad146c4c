using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class TimerTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void A_single_timer_fires_once()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell((Action<ITimerScheduler>)(timers => timers.StartSingleTimer("key", "tick", TimeSpan.FromMilliseconds(20))));
        ExpectMsg("tick");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        actor.Tell("active?");
        ExpectMsg(false);
    }

    [Fact]
    public void A_periodic_timer_fires_until_it_is_cancelled()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell((Action<ITimerScheduler>)(timers => timers.StartPeriodicTimer("key", "tick", TimeSpan.FromMilliseconds(10))));
        for (var i = 0; i < 5; i++) ExpectMsg("tick");
        actor.Tell("active?");
        FishForMessage<bool>(isActive => isActive);
        actor.Tell((Action<ITimerScheduler>)(timers => timers.Cancel("key")));
        actor.Tell("active?");
        FishForMessage<bool>(isActive => !isActive);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Starting_a_key_again_discards_what_the_old_timer_has_sent()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        using var blocked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        actor.Tell((Action<ITimerScheduler>)(timers =>
        {
            timers.StartSingleTimer("key", "old", TimeSpan.FromMilliseconds(1));
            entered.Set();
            blocked.Wait(TimeSpan.FromSeconds(3));
            timers.StartSingleTimer("key", "new", TimeSpan.FromMilliseconds(1));
        }));
        entered.Wait(TimeSpan.FromSeconds(3)).ShouldBeTrue();
        // The old timer's message is in the mailbox when the timer is replaced.
        AwaitTimeOf(actor);
        blocked.Set();
        ExpectMsg("new");
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_restart_cancels_timers()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell((Action<ITimerScheduler>)(timers =>
        {
            timers.StartSingleTimer("key", "tick", TimeSpan.FromMilliseconds(50));
            throw new InvalidOperationException();
        }));
        actor.Tell("active?");
        ExpectMsg(false);
        ExpectNoMsg(TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public void The_receive_timeout_comes_after_silence_and_comes_again()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Impatient(TestActor, TimeSpan.FromMilliseconds(50))));
        ExpectMsg("timeout");
        ExpectMsg("timeout");
        actor.Tell("off");
        FishForMessage<string>(text => text == "off");
        ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Messages_put_the_receive_timeout_off_unless_they_are_marked()
    {
        var limit = TimeSpan.FromMilliseconds(600);
        var busy = Sys.ActorOf(Props.Create(() => new Impatient(TestActor, limit)));
        var marked = CreateTestProbe();
        var ignored = Sys.ActorOf(Props.Create(() => new Impatient(marked, limit)));
        using var cancel = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(20), busy, new Plain(), ActorRefs.NoSender, cancel);
        Sys.Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(20), ignored, new Marked(), ActorRefs.NoSender, cancel);
        marked.ExpectMsg("timeout");
        HasMessages.ShouldBeFalse();
        cancel.Cancel();
        ExpectMsg("timeout");
    }

    [Fact]
    public void The_scheduler_tells_later_and_not_once_cancelled()
    {
        var cancel = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(30), TestActor, "cancelled", ActorRefs.NoSender);
        cancel.Cancel();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(60), TestActor, "told", ActorRefs.NoSender);
        ExpectMsg("told");
        cancel.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_repeated_action_runs_until_it_is_cancelled()
    {
        using var cancel = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(10), () => TestActor.Tell("again", ActorRefs.NoSender), cancel);
        for (var i = 0; i < 4; i++) ExpectMsg("again");
        cancel.Cancel();
        ReceiveWhile<string>(_ => true, TimeSpan.FromMilliseconds(50));
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    // Waits until a message scheduled later than the actor's timer has come through.
    private void AwaitTimeOf(IActorRef actor)
    {
        var probe = CreateTestProbe();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(60), probe, actor, ActorRefs.NoSender);
        probe.ExpectMsg(actor);
    }

    private sealed record Plain;

    private sealed record Marked : INotInfluenceReceiveTimeout;

    private sealed class Clock : ReceiveActor, IWithTimers
    {
        public Clock(IActorRef observer)
        {
            Receive<Action<ITimerScheduler>>(change => change(Timers));
            Receive<string>(text => text == "active?", _ => observer.Tell(Timers.IsTimerActive("key")));
            Receive<string>(observer.Tell);
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Impatient : ReceiveActor
    {
        public Impatient(IActorRef observer, TimeSpan limit)
        {
            Context.SetReceiveTimeout(limit);
            Receive<ReceiveTimeout>(_ => observer.Tell("timeout"));
            Receive<string>(text =>
            {
                Context.SetReceiveTimeout(null);
                observer.Tell(text);
            });
            Receive<Plain>(_ => { });
            Receive<Marked>(_ => { });
        }
    }
}
