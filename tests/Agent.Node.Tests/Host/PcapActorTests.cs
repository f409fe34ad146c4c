using Agent.Node.Capture;
using Agent.Node.Host;
using Agent.Node.Tests.Capture;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using PacketDotNet;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Host;

public sealed class PcapActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly SkydiveConfig Config = SkydiveConfig.Load();
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"posted-{Guid.NewGuid():N}.pcap");

    // No timer matters here but the one whose time a test lets pass.
    public PcapActorTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
    }

    [Fact]
    public void A_pcap_s_flows_go_to_the_uplink_and_the_asker_is_told_how_many()
    {
        Write(_file, LinkLayers.Ethernet, Packets());
        Reads(File.ReadAllBytes(_file));
    }

    [Fact]
    public void A_pcapng_is_read_as_well() => Reads(Pcapng(Packets()));

    [Fact]
    public void A_file_that_is_cut_off_is_refused_in_words_and_not_kept()
    {
        Write(_file, LinkLayers.Ethernet, Packets());
        var read = new ReadPcap { Host = "h1", Uuid = Guid.NewGuid().ToString(), File = ByteString.CopyFrom(File.ReadAllBytes(_file)[..^3]) };
        Watch(Start(read));
        ExpectMsg<PcapRefused>(Patience).Reason.ShouldSatisfyAllConditions(
            reason => reason.ShouldStartWith("the file: truncated dump file"),
            reason => reason.ShouldContain("after 5 packets"));
        ExpectMsg<Terminated>(Patience);
        File.Exists(Path.Combine(Path.GetTempPath(), $"skydive-{read.Uuid}.pcap")).ShouldBeFalse();
    }

    [Fact]
    public void A_reader_that_fails_is_told_of_and_gives_its_place_free()
    {
        var pcaps = Sys.ActorOf(PcapsActor.Props(CreateTestProbe().Ref, Config.Agent.Capture, Config.Flow, (_, _) => Props.Create(() => new Failing())));
        for (var i = 0; i < 6; i++)
        {
            pcaps.Tell(new ReadPcap { Host = "h1", Uuid = Guid.NewGuid().ToString() }, TestActor);
            ExpectMsg<PcapRefused>(Patience).Reason.ShouldStartWith("host h1 failed to read the file");
        }
    }

    [Fact]
    public void A_reader_that_says_nothing_for_a_minute_is_given_up()
    {
        var read = new ReadPcap { Host = "h1", Uuid = Guid.NewGuid().ToString() };
        var started = CreateTestProbe();
        Watch(Sys.ActorOf(PcapActor.Props(read, TestActor, CreateTestProbe().Ref, Config.Agent.Capture, Config.Flow, (_, _) => Props.Create(() => new Silent(started)))));
        started.ExpectMsg<string>(Patience);
        // Its timer starts when it's through with what has it start the reader.
        AwaitAssert(() =>
        {
            ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMinutes(1));
            ExpectMsg<PcapRefused>(TimeSpan.FromMilliseconds(100)).Reason.ShouldContain("without a word");
        }, Patience);
        ExpectMsg<Terminated>(Patience);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        File.Delete(_file);
    }

    private sealed class Failing : ReceiveActor
    {
        protected override void PreStart() => throw new InvalidOperationException("a defect");
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent(IActorRef started) => started.Tell("started");
    }

    private static IEnumerable<byte[]> Packets() => Enumerable.Range(1, 3).SelectMany(port => Enumerable.Repeat(Ethernet(0x0800, Ipv4(17, Udp(port, 53, new byte[20]))), 2));

    /// <summary>A section header, an interface and enhanced packets (draft-ietf-opsawg-pcapng), in this machine's byte order.</summary>
    private static byte[] Pcapng(IEnumerable<byte[]> packets)
    {
        using var bytes = new MemoryStream();
        using var file = new BinaryWriter(bytes);
        Block(0x0a0d0d0a, body =>
        {
            body.Write(0x1a2b3c4du);
            body.Write((ushort)1);
            body.Write((ushort)0);
            body.Write(-1L);
        });
        Block(1, body =>
        {
            body.Write((ushort)1);
            body.Write((ushort)0);
            body.Write(65535u);
        });
        foreach (var packet in packets)
        {
            Block(6, body =>
            {
                body.Write(0u);
                body.Write(0x00060a24u);
                body.Write(0u);
                body.Write(packet.Length);
                body.Write(packet.Length);
                body.Write(packet);
                body.Write(new byte[(4 - (packet.Length % 4)) % 4]);
            });
        }
        return bytes.ToArray();

        void Block(uint type, Action<BinaryWriter> write)
        {
            using var body = new MemoryStream();
            using var writer = new BinaryWriter(body);
            write(writer);
            var length = (uint)body.Length + 12;
            file.Write(type);
            file.Write(length);
            file.Write(body.ToArray());
            file.Write(length);
        }
    }

    private void Reads(byte[] file)
    {
        var read = new ReadPcap { Host = "h1", Uuid = Guid.NewGuid().ToString(), File = ByteString.CopyFrom(file) };
        var uplink = CreateTestProbe();
        uplink.SetAutoPilot(new DeliveringUplink());
        Sys.ActorOf(PcapActor.Props(read, TestActor, uplink.Ref, Config.Agent.Capture, Config.Flow, TestSharing.Capture));
        var done = ExpectMsg<PcapRead>(Patience);
        (done.Uuid, done.Host, done.Packets, done.Flows).ShouldBe((read.Uuid, "h1", 6, 3));
        var flows = uplink.ExpectMsg<FlowUpdates>(Patience).Flows;
        flows.Count.ShouldBe(3);
        flows.ShouldAllBe(flow => flow.CaptureId == read.Uuid && flow.NodeTid == done.NodeTid && flow.Metric.AbPackets == 2);
    }

    private IActorRef Start(ReadPcap read) => Sys.ActorOf(PcapActor.Props(read, TestActor, CreateTestProbe().Ref, Config.Agent.Capture, Config.Flow, TestSharing.Capture));
}
