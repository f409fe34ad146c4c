using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Compat.Akka.Tests.TestKits;

public sealed class TestKitTests(ITestOutputHelper output) : global::Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void An_expectation_fails_when_nothing_comes() =>
        Should.Throw<XunitException>(() => ExpectMsg<string>(TimeSpan.FromMilliseconds(20)));

    [Fact]
    public void An_expectation_fails_when_something_else_comes()
    {
        TestActor.Tell(17);
        Should.Throw<XunitException>(() => ExpectMsg<string>(TimeSpan.FromSeconds(1)));
        TestActor.Tell("a");
        Should.Throw<XunitException>(() => ExpectMsg("b", TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Expected_silence_fails_when_something_comes()
    {
        TestActor.Tell("noise");
        Should.Throw<XunitException>(() => ExpectNoMsg(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task The_test_actor_stays_implicit_sender_after_an_await()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        await Task.Delay(10);
        await Task.Yield();
        echo.Tell("after await");
        await ExpectMsgAsync("after await");
    }

    [Fact]
    public void A_probe_sends_replies_and_forwards()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        var probe = CreateTestProbe("probe");
        probe.Send(echo, "there and back");
        probe.ExpectMsg("there and back");
        probe.Sender.ShouldBe(echo);
        probe.Ref.Tell("question", TestActor);
        probe.ExpectMsg("question");
        probe.Reply("answer");
        ExpectMsg("answer");
        probe.Ref.Tell("pass on", TestActor);
        probe.ExpectMsg("pass on");
        probe.Forward(echo);
        ExpectMsg("pass on");
    }

    [Fact]
    public void A_probe_is_a_ref()
    {
        var probe = CreateTestProbe();
        IActorRef asRef = probe;
        asRef.Tell("direct");
        probe.ExpectMsg("direct");
        asRef.ShouldBe(probe.Ref);
    }

    [Fact]
    public void Fishing_skips_what_does_not_fit()
    {
        TestActor.Tell(1);
        TestActor.Tell("other");
        TestActor.Tell(20);
        FishForMessage<int>(number => number > 10).ShouldBe(20);
    }

    [Fact]
    public void ExpectMsgAllOf_takes_any_order()
    {
        foreach (var number in (int[])[3, 1, 2]) TestActor.Tell(number);
        ExpectMsgAllOf(1, 2, 3).ShouldBe([3, 1, 2], ignoreOrder: true);
    }

    [Fact]
    public void Within_limits_all_expectations_together()
    {
        TestActor.Tell("first");
        Should.Throw<XunitException>(() => Within(TimeSpan.FromMilliseconds(100), () =>
        {
            ExpectMsg("first");
            ExpectMsg("never");
        }));
    }

    [Fact]
    public void AwaitAssert_tries_until_it_holds()
    {
        var tries = 0;
        AwaitAssert(() => (++tries).ShouldBeGreaterThan(3), TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(5));
        tries.ShouldBe(4);
        Should.Throw<ShouldAssertException>(() => AwaitAssert(() => tries.ShouldBe(-1), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public async Task AwaitConditionAsync_waits_for_the_condition()
    {
        var isDone = false;
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(30), () => isDone = true);
        await AwaitConditionAsync(() => isDone, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(5));
        isDone.ShouldBeTrue();
    }

    [Fact]
    public void Ignored_messages_do_not_reach_the_test()
    {
        IgnoreMessages<int>(number => number < 10);
        TestActor.Tell(1);
        TestActor.Tell(11);
        ExpectMsg(11);
        IgnoreNoMessages();
        TestActor.Tell(1);
        ExpectMsg(1);
    }

    [Fact]
    public void An_autopilot_answers()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"re: {message}");
            return AutoPilot.KeepRunning;
        }));
        probe.Ref.Tell("a", TestActor);
        probe.Ref.Tell("b", TestActor);
        ExpectMsg("re: a");
        ExpectMsg("re: b");
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }
}
