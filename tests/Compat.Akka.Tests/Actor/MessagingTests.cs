using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class MessagingTests(ITestOutputHelper output) : TestKit("akka.loglevel = WARNING", output)
{
    [Fact]
    public void An_actor_answers_the_sender()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>(), "echo");
        echo.Tell("hello");
        ExpectMsg("hello");
        LastSender.ShouldBe(echo);
    }

    [Fact]
    public void Messages_of_one_sender_are_handled_in_the_order_they_were_told()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        for (var i = 0; i < 1000; i++) echo.Tell(i);
        ReceiveN(1000).Cast<int>().ShouldBe(Enumerable.Range(0, 1000));
    }

    [Fact]
    public void A_forwarded_message_keeps_its_sender()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        var forwarder = Sys.ActorOf(Props.Create(() => new Forwarder(echo)));
        forwarder.Tell("to the end");
        ExpectMsg("to the end");
        LastSender.ShouldBe(echo);
    }

    [Fact]
    public async Task An_answer_ends_an_ask()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        (await echo.Ask<string>("question", TimeSpan.FromSeconds(3))).ShouldBe("question");
    }

    [Fact]
    public async Task An_ask_can_put_the_askers_ref_into_the_message()
    {
        var replier = Sys.ActorOf(Props.Create<AnswersInTheMessage>());
        var answer = await replier.Ask<string>(asker => new Request(asker), TimeSpan.FromSeconds(3), CancellationToken.None);
        answer.ShouldBe("done");
    }

    [Fact]
    public async Task An_ask_without_answer_times_out() =>
        await Should.ThrowAsync<AskTimeoutException>(Sys.ActorOf(Props.Create<Silent>()).Ask<string>("anyone?", TimeSpan.FromMilliseconds(50)));

    [Fact]
    public async Task A_failure_told_as_answer_fails_the_ask()
    {
        var failing = Sys.ActorOf(Props.Create<AnswersWithFailure>());
        var failure = await Should.ThrowAsync<InvalidOperationException>(failing.Ask<string>("go", TimeSpan.FromSeconds(3)));
        failure.Message.ShouldBe("no");
    }

    [Fact]
    public async Task A_cancelled_ask_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var ask = Sys.ActorOf(Props.Create<Silent>()).Ask<string>("anyone?", cancellation.Token);
        cancellation.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(ask);
    }

    [Fact]
    public void A_task_piped_to_an_actor_arrives_as_its_result_or_its_failure()
    {
        Task.FromResult("result").PipeTo(TestActor);
        ExpectMsg("result");
        Task.FromResult(20).PipeTo(TestActor, success: value => value + 1);
        ExpectMsg(21);
        Task.FromException<string>(new InvalidOperationException("broken")).PipeTo(TestActor);
        ExpectMsg<Status.Failure>(failure => failure.Cause.Message.ShouldBe("broken"));
    }

    [Fact]
    public void The_identity_of_an_actor_is_its_ref()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        echo.Tell(new Identify(17));
        var identity = ExpectMsg<ActorIdentity>();
        identity.MessageId.ShouldBe(17);
        identity.Subject.ShouldBe(echo);
    }

    [Fact]
    public void An_actors_constructor_cannot_be_called_from_outside()
    {
        // On a thread of its own: the test's thread counts as the test actor's.
        Exception? thrown = null;
        var outside = new Thread(() => thrown = Record.Exception(() => new Echo()));
        outside.Start();
        outside.Join();
        thrown.ShouldBeOfType<ActorInitializationException>();
    }

    [Fact]
    public void Two_children_cannot_have_one_name()
    {
        Sys.ActorOf(Props.Create<Echo>(), "twin");
        Should.Throw<InvalidActorNameException>(() => Sys.ActorOf(Props.Create<Echo>(), "twin"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$start")]
    [InlineData("with/slash")]
    [InlineData("with space")]
    public void An_invalid_name_is_refused(string name) =>
        Should.Throw<InvalidActorNameException>(() => Sys.ActorOf(Props.Create<Echo>(), name));

    [Fact]
    public void Props_take_only_constructor_calls() =>
        Should.Throw<ArgumentException>(() => Props.Create(() => MakeEcho()));

    private static Echo MakeEcho() => throw new NotSupportedException();

    private sealed record Request(IActorRef ReplyTo);

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef target) => ReceiveAny(target.Forward);
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }

    private sealed class AnswersInTheMessage : ReceiveActor
    {
        public AnswersInTheMessage() => Receive<Request>(request => request.ReplyTo.Tell("done"));
    }

    private sealed class AnswersWithFailure : ReceiveActor
    {
        public AnswersWithFailure() => ReceiveAny(_ => Sender.Tell(new Status.Failure(new InvalidOperationException("no"))));
    }
}
