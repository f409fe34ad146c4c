using Akka.Actor;
using Akka.TestKit.Xunit2;
using Analyzer.Node.Host;
using Shared.Messages.Parts;

namespace Analyzer.Node.Tests.Host;

public class SingletonGuardianTests : TestKit
{
    [Fact]
    public void Messages_go_to_the_singleton_and_answers_come_back()
    {
        var guardian = Sys.ActorOf(SingletonGuardian.Props(Props.Create(() => new Mortal(TestActor)), "captures"));
        ExpectMsg("started");
        guardian.Tell("hello", TestActor);
        ExpectMsg("hello");
    }

    [Fact]
    public void A_singleton_that_ends_is_started_again_and_askers_are_told_meanwhile()
    {
        var guardian = Sys.ActorOf(SingletonGuardian.Props(Props.Create(() => new Mortal(TestActor)), "captures"));
        ExpectMsg("started");
        guardian.Tell("end", TestActor);
        ExpectMsg("ended");
        AwaitAssert(() =>
        {
            guardian.Tell("hello", TestActor);
            ExpectMsg<NotReady>().Reason.ShouldContain("captures");
        });
        FishForMessage<string>(message => message == "started");
    }

    private sealed class Mortal : ReceiveActor
    {
        private readonly IActorRef _witness;

        public Mortal(IActorRef witness)
        {
            _witness = witness;
            witness.Tell("started");
            Receive<string>(message => message == "end", _ => Context.Stop(Self));
            Receive<string>(message => Sender.Tell(message));
        }

        protected override void PostStop() => _witness.Tell("ended");
    }
}
