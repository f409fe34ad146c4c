using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Interfaces;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using static Agent.Node.Tests.Topology.HostGraphTests;

namespace Agent.Node.Tests.Interfaces;

public sealed class InterfaceActorTests : TestKit
{
    private static readonly SkydiveConfig Config = SkydiveConfig.Load();
    private static readonly CapturePlace Device = new CapturePlace.Device("eth0", 2, null);

    private readonly TestProbe _topology;
    private readonly TestProbe _captures;
    private readonly IActorRef _interface;

    public InterfaceActorTests()
        : base("akka.test.single-expect-default = 30 s")
    {
        _topology = CreateTestProbe();
        _captures = CreateTestProbe();
        var captures = _captures.Ref;
        var surroundings = new InterfaceSurroundings(_topology.Ref, CreateTestProbe().Ref, (settings, _) => Props.Create(() => new CaptureStandIn(settings, captures)));
        _interface = Sys.ActorOf(InterfaceActor.Props("node", "h1", Config.Agent.Capture, Config.Flow, surroundings));
    }

    [Fact]
    public void A_wanted_capture_starts_and_its_state_is_told()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));

        var (settings, capture) = Started();
        (settings.CaptureId, settings.Device).ShouldBe(("c1", "eth0"));
        Told().ShouldHaveSingleItem().State.ShouldBe("starting");
        capture.Tell(new CaptureStarted("c1"));
        Told().ShouldHaveSingleItem().State.ShouldBe("active");
    }

    [Fact]
    public void The_same_list_again_changes_nothing()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));
        Started();

        _interface.Tell(Wanted("c1"));
        _interface.Tell(Wanted("c1", "c2"));

        Started().Settings.CaptureId.ShouldBe("c2");
    }

    [Fact]
    public void A_capture_that_isnt_wanted_any_more_stops()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));
        var (_, capture) = Started();
        Watch(capture);

        _interface.Tell(Wanted());

        ExpectTerminated(capture);
        TellsUntil(states => states.IsEmpty);
    }

    [Fact]
    public void A_failed_capture_says_why_and_is_tried_again_with_the_next_list()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));
        var (_, capture) = Started();
        Watch(capture);
        capture.Tell(new CaptureFailed("c1", "no such filter"));
        ExpectTerminated(capture);
        TellsUntil(states => states is [{ State: "error", Error: "no such filter" }]);

        // The list may come before the interface knows that the capture has ended; the registry repeats it, and so does this.
        AwaitAssert(() =>
        {
            _interface.Tell(Wanted("c1"));
            _captures.ExpectMsg<CaptureSettings>(TimeSpan.FromMilliseconds(100));
        });
    }

    [Fact]
    public void A_capture_changed_by_its_user_starts_again()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));
        var (_, first) = Started();
        Watch(first);

        var changed = new NodeCapture { NodeId = "node", NodeTid = "tid", Capture = new Shared.Messages.Captures.Capture { Uuid = "c1", BpfFilter = "icmp" } };
        _interface.Tell(new SetNodeCaptures([new WantedCapture(changed, 0)]));

        ExpectTerminated(first);
        Started().Settings.BpfFilter.ShouldBe("icmp");
    }

    [Fact]
    public void Another_interface_of_the_same_name_gets_its_captures_anew()
    {
        _interface.Tell(new PlaceChanged(Device, OvsTables.Empty));
        _interface.Tell(Wanted("c1"));
        var (_, first) = Started();
        Watch(first);

        _interface.Tell(new PlaceChanged(new CapturePlace.Device("eth0", 7, null), OvsTables.Empty));

        ExpectTerminated(first);
        Started();
    }

    [Fact]
    public void Where_theres_no_device_the_capture_fails_in_words()
    {
        _interface.Tell(Wanted("c1"));

        Told().ShouldHaveSingleItem().Error.ShouldContain("no device to capture on");
    }

    [Fact]
    public void A_mirror_that_cant_be_made_fails_the_capture()
    {
        _interface.Tell(new PlaceChanged(new CapturePlace.Bridge("br0"), Ovs()));
        _interface.Tell(Wanted("c1"));
        var asked = _topology.FishForMessage<OvsdbProbe.Transact>(_ => true);
        asked.Operations(Ovs()).Count.ShouldBe(4);

        _interface.Tell(new OvsdbProbe.TransactionFailed("c1", "constraint violation"));

        TellsUntil(states => states is [{ State: "error", Error: "constraint violation" }]);
    }

    [Fact]
    public void Nothing_is_taken_from_a_bridge_before_the_analyzers_said_what_is_wanted()
    {
        var left = Ovs("""
            "00000000-0000-0000-0000-0000000000d0": {"new": {"name": "skm0123456789ab", "interfaces": ["set", []],
                "external_ids": ["map", [["skydive-capture", "old"]]]}}
            """);
        _interface.Tell(new PlaceChanged(new CapturePlace.Bridge("br0"), left));
        _interface.Tell(new PlaceChanged(new CapturePlace.Bridge("br0"), left));
        _interface.Tell(Wanted());

        _topology.ExpectMsg<OvsdbProbe.Transact>().Operations(left).ShouldHaveSingleItem()["op"]!.GetValue<string>().ShouldBe("mutate");
    }

    private static SetNodeCaptures Wanted(params string[] ids) => new(
        [.. ids.Select(id => new WantedCapture(new NodeCapture { NodeId = "node", NodeTid = "tid", Capture = new Shared.Messages.Captures.Capture { Uuid = id } }, 0))]);

    private (CaptureSettings Settings, IActorRef Capture) Started() => (_captures.ExpectMsg<CaptureSettings>(), _captures.LastSender);

    private ImmutableArray<CaptureState> Told() => _topology.ExpectMsg<CapturesChanged>().Captures;

    private void TellsUntil(Func<ImmutableArray<CaptureState>, bool> condition) =>
        _topology.FishForMessage(message => message is CapturesChanged changed && condition(changed.Captures));

    /// <summary>A capture whose reading is the test's to play: what the test tells it, it tells its interface; a failure ends it.</summary>
    private sealed class CaptureStandIn : ReceiveActor
    {
        private readonly CaptureSettings _settings;
        private readonly IActorRef _test;

        public CaptureStandIn(CaptureSettings settings, IActorRef test)
        {
            _settings = settings;
            _test = test;
            Receive<CaptureFailed>(failed =>
            {
                Context.Parent.Tell(failed);
                Context.Stop(Self);
            });
            ReceiveAny(message => Context.Parent.Tell(message));
        }

        protected override void PreStart() => _test.Tell(_settings);
    }
}
