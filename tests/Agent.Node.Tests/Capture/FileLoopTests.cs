using System.IO.Pipes;
using Agent.Node.Capture;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture;

public sealed class FileLoopTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Packet = Ethernet(0x0800, Ipv4(6, Tcp(1000, 80)));

    [Fact]
    public void A_capture_of_pcapng_reads_every_interface_and_counts_what_isn_t_decoded()
    {
        var file = new CaptureCraft(isBigEndian: true).Section().Interface().Interface(101).Interface(189);
        for (var packet = 0; packet < 600; packet++)
        {
            var on = packet % 3;
            file.Enhanced(on, 1_700_000_000_000_000 + ((ulong)packet * 10_000), on == 0 ? Packet : Packet[14..]);
        }

        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, file.Bytes);
            Start(path).ShouldBeOfType<FileLoop>();
            ExpectMsg<LoopOpened>(Patience);
            var statistics = (CaptureStatistics)FishForMessage(message => message is CaptureStatistics { Received: 400 }, Patience);
            statistics.DroppedByUs.ShouldBe(200);
            statistics.Counts.DecodeErrors.ShouldBe(0);
            FishForMessage<LoopEnded>(_ => true, Patience).Error.ShouldBeNull();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_capture_of_a_silent_pipe_ends_when_it_is_stopped()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = pipe.ClientSafePipeHandle;
        // In the middle of a packet's header.
        pipe.Write(new CaptureCraft(isBigEndian: false).Pcap(0xa1b2c3d4).Record(1_700_000_000, 0, Packet).Put(new byte[3]).Bytes);
        var loop = Start($"/proc/self/fd/{end.DangerousGetHandle()}");
        ExpectMsg<LoopOpened>(Patience);
        loop.Stop();
        FishForMessage<LoopEnded>(_ => true, Patience).Error.ShouldBeNull();
    }

    private CaptureLoop Start(string path)
    {
        var settings = new CaptureSettings { CaptureId = "c", NodeTid = "t", Host = "h", Source = CaptureSource.File, FilePath = path };
        var loop = CaptureLoop.Create(settings, TestActor, ActorRefs.Nobody, new PacketBatchPool(1), TestSharing.All);
        loop.Start();
        return loop;
    }
}
