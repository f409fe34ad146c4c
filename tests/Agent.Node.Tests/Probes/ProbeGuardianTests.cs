using Agent.Node.Probes;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace Agent.Node.Tests.Probes;

public sealed class ProbeGuardianTests : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private readonly TestProbe _topology;

    public ProbeGuardianTests()
        : base("akka.test.single-expect-default = 30 s") => _topology = CreateTestProbe();

    [Fact]
    public void A_probe_that_cannot_start_is_started_again_until_it_can_and_the_topology_is_told()
    {
        var failures = 2;
        Guard(() =>
        {
            if (Interlocked.Decrement(ref failures) >= 0)
            {
                throw new IOException("inotify instances are used up");
            }
        });

        _topology.ExpectMsg<ProbeState>().ShouldBe(new ProbeState("netns", "inotify instances are used up"));
        _topology.ExpectMsg<ProbeState>().Error.ShouldNotBeNull();
        ExpectMsg("started");
        _topology.ExpectMsg<ProbeState>().ShouldBe(new ProbeState("netns", null));
    }

    [Fact]
    public void A_probe_that_fails_later_is_started_again_and_knows_what_it_was_told()
    {
        var guardian = Guard(() => { });
        ExpectMsg("started");
        guardian.Tell(new NamespacesKnown([]));
        ExpectMsg<NamespacesKnown>();

        guardian.Tell("fail");

        _topology.ExpectMsg<ProbeState>().Error.ShouldBe("netlink failed");
        ExpectMsg("started");
        ExpectMsg<NamespacesKnown>();
    }

    [Fact]
    public void What_is_asked_while_a_probe_is_away_waits_for_it()
    {
        var guardian = Guard(() => { });
        ExpectMsg("started");
        guardian.Tell("fail");
        _topology.ExpectMsg<ProbeState>();

        guardian.Tell("question");

        FishForMessage<string>(answer => answer == "question");
    }

    [Fact]
    public void A_probe_that_stops_by_itself_stays_stopped()
    {
        var guardian = Guard(() => { });
        ExpectMsg("started");
        Watch(guardian);

        guardian.Tell("stop");

        ExpectTerminated(guardian);
    }

    private IActorRef Guard(Action open) =>
        Sys.ActorOf(ProbeGuardian.Props("netns", Props.Create(() => new Probe(TestActor, open)), _topology.Ref, Soon, Soon));

    private sealed class Probe : ReceiveActor
    {
        private readonly IActorRef _witness;
        private readonly Action _open;

        public Probe(IActorRef witness, Action open)
        {
            _witness = witness;
            _open = open;
            Receive<string>(text => text == "fail", _ => throw new IOException("netlink failed"));
            Receive<string>(text => text == "stop", _ => Context.Stop(Self));
            ReceiveAny(_witness.Tell);
        }

        protected override void PreStart()
        {
            _open();
            _witness.Tell("started");
        }
    }
}
