using Agent.Node.Capture;
using Agent.Node.Injection;
using Agent.Node.Tests.Capture;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using PacketDotNet;
using Shared.Messages.Injections;
using InjectionRequest = Shared.Messages.Injections.Injection;

namespace Agent.Node.Tests.Injection;

public sealed class InjectorActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [RequiresFact("root", "ip", "ping")]
    public void Injected_echoes_are_answered_by_the_other_end()
    {
        using var pair = new VethPair("inject");
        var uplink = CreateTestProbe();
        var capture = Capture(pair, uplink);
        var progress = CreateTestProbe();
        Start(pair, Echo(pair, count: 5), progress);

        var last = (InjectionProgress)progress.FishForMessage(message => message is InjectionProgress { State: not "running" }, Patience);
        (last.State, last.Sent, last.Error).ShouldBe(("finished", 5ul, ""));
        ExpectFlow(uplink, 5, 5);
        Sys.Stop(capture);
    }

    [RequiresFact("root", "ip", "ping")]
    public void A_given_capture_is_sent_as_it_is()
    {
        using var pair = new VethPair("replay");
        var uplink = CreateTestProbe();
        var capture = Capture(pair, uplink);
        var file = Path.GetTempFileName();
        PacketCraft.Write(file, LinkLayers.Ethernet, [PacketCraft.Ethernet(0x0800, PacketCraft.Ipv4(1, PacketCraft.Echo(77, 1))), PacketCraft.Ethernet(0x0800, PacketCraft.Ipv4(1, PacketCraft.Echo(77, 2)))]);
        var progress = CreateTestProbe();
        Start(pair, new InjectionRequest { Uuid = "i", Count = 2, Pcap = ByteString.CopyFrom(File.ReadAllBytes(file)) }, progress);
        File.Delete(file);
        var last = (InjectionProgress)progress.FishForMessage(message => message is InjectionProgress { State: not "running" }, Patience);
        (last.State, last.Sent).ShouldBe(("finished", 4ul));
        ExpectFlow(uplink, 4, 0);
        Sys.Stop(capture);
    }

    [RequiresFact("root", "ip", "ping")]
    public void An_injection_is_stopped_on_demand()
    {
        using var pair = new VethPair("unsent");
        var progress = CreateTestProbe();
        var request = Echo(pair, count: 1_000_000);
        request.Interval = 10;
        var injector = Start(pair, request, progress);
        ExpectUnderWay(injector);
        Watch(injector);
        injector.Tell(new StopInjection { Uuid = "i" }, TestActor);
        ExpectMsg<InjectionProgress>(Patience).State.ShouldBe("running");
        var last = (InjectionProgress)progress.FishForMessage(message => message is InjectionProgress { State: not "running" }, Patience);
        last.State.ShouldBe("finished");
        last.Sent.ShouldBeLessThan(1_000_000ul);
        ExpectTerminated(injector, Patience);
    }

    [RequiresFact("root", "ip", "ping")]
    public void A_vanishing_interface_fails_the_injection_with_its_name()
    {
        using var pair = new VethPair("vanish");
        var progress = CreateTestProbe();
        var request = Echo(pair, count: 1_000_000);
        request.Interval = 1;
        ExpectUnderWay(Start(pair, request, progress));
        pair.DeleteInterface();
        var last = (InjectionProgress)progress.FishForMessage(message => message is InjectionProgress { State: not "running" }, Patience);
        last.State.ShouldBe("failed");
        last.Error.ShouldContain(pair.Interface);
    }

    [Fact]
    public void An_interface_that_is_not_there_and_a_bad_address_are_named()
    {
        var request = new InjectionRequest { Uuid = "i", Type = "icmp4", SrcMac = PacketCraft.MacA, DstMac = PacketCraft.MacB, SrcIp = "10.0.0.1", DstIp = "10.0.0.2", Count = 1 };
        ChildActorOf(InjectorActor.Props(new InjectorSettings { Injection = request, Device = "no-such-if" }));
        var progress = ExpectMsg<InjectionProgress>(Patience);
        (progress.State, progress.Error).ShouldBe(("failed", "there is no interface no-such-if"));

        var bad = request.Clone();
        bad.DstIp = "nowhere";
        ChildActorOf(InjectorActor.Props(new InjectorSettings { Injection = bad, Device = "lo" }));
        ExpectMsg<InjectionProgress>(Patience).Error.ShouldContain("\"nowhere\"");
    }

    [RequiresFact("root", "ip", "ping")]
    public void An_injection_without_an_interval_has_a_highest_rate()
    {
        using var pair = new VethPair("rate");
        var progress = CreateTestProbe();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Start(pair, Echo(pair, count: InjectionLimits.MaxRate / 2), progress);

        var last = (InjectionProgress)progress.FishForMessage(message => message is InjectionProgress { State: not "running" }, Patience);

        (last.State, last.Sent).ShouldBe(("finished", (ulong)InjectionLimits.MaxRate / 2));
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(480));
    }

    private static InjectionRequest Echo(VethPair pair, ulong count) => new()
    {
        Uuid = "i",
        Type = "icmp4",
        SrcMac = pair.MacOfA(),
        DstMac = pair.MacOfB(),
        SrcIp = VethPair.AddressA,
        DstIp = VethPair.AddressB,
        IcmpId = 4711,
        Count = count,
        Payload = "from the test",
    };

    private IActorRef Start(VethPair pair, InjectionRequest request, TestProbe progress) =>
        progress.ChildActorOf(InjectorActor.Props(new InjectorSettings { Injection = request, Device = pair.Interface, NamespacePath = pair.PathA }));

    private void ExpectUnderWay(IActorRef injector) => AwaitAssert(() =>
    {
        injector.Tell(new StartInjection { Injection = new InjectionRequest { Uuid = "i" } }, TestActor);
        var progress = ExpectMsg<InjectionProgress>(Patience);
        progress.State.ShouldBe("running");
        progress.Sent.ShouldBeGreaterThan(0ul);
    }, Patience);

    private IActorRef Capture(VethPair pair, TestProbe uplink)
    {
        var settings = new CaptureSettings
        {
            CaptureId = "c",
            NodeTid = "t",
            Host = "h",
            Source = CaptureSource.Pcap,
            Device = pair.Interface,
            NamespacePath = pair.PathB,
            BpfFilter = "icmp",
            UpdateEvery = TimeSpan.FromMilliseconds(200),
        };
        var capture = ChildActorOf(CaptureActor.Props(settings, uplink, TestSharing.All));
        FishForMessage(message => message is CaptureStarted, Patience);
        return capture;
    }

    private static void ExpectFlow(TestProbe uplink, long abPackets, long baPackets) =>
        uplink.FishForMessage(message => message is FlowUpdates updates && updates.Flows.Any(flow => flow.Metric.AbPackets == abPackets && flow.Metric.BaPackets == baPackets), Patience);
}
