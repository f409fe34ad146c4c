using System.Runtime.InteropServices;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Compat.Packets.Tests;

public sealed class CaptureFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"capture-{Guid.NewGuid():N}.pcap");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void What_is_written_is_read_with_its_time_and_both_lengths()
    {
        using (var writer = new CaptureFileWriterDevice(_file, FileMode.Create))
        {
            writer.Open(LinkLayers.RawLegacy);
            writer.Write(new RawCapture(LinkLayers.RawLegacy, new PosixTimeval(1_700_000_000, 123456), [0x45, 1, 2, 3], 1500));
            var header = new PcapHeader(1_700_000_001, 7, 2, 2);
            writer.Write([9, 8], ref header);
        }
        using var reader = new CaptureFileReaderDevice(_file);
        reader.Open(new DeviceConfiguration());
        reader.LinkType.ShouldBe(LinkLayers.RawLegacy);

        reader.GetNextPacket(out var first).ShouldBe(GetPacketStatus.PacketRead);
        first.Data.ToArray().ShouldBe([0x45, 1, 2, 3]);
        var kept = first.GetPacket();
        kept.PacketLength.ShouldBe(1500);
        kept.Timeval.ShouldBe(new PosixTimeval(1_700_000_000, 123456));

        reader.GetNextPacket(out var second).ShouldBe(GetPacketStatus.PacketRead);
        second.Header.Timeval.Seconds.ShouldBe(1_700_000_001ul);
        second.Header.Timeval.MicroSeconds.ShouldBe(7ul);

        reader.GetNextPacket(out _).ShouldBe(GetPacketStatus.NoRemainingPackets);
        kept.Data.ShouldBe([0x45, 1, 2, 3]);
    }

    [Fact]
    public void Packets_are_read_where_they_lie_too()
    {
        Write([1, 2, 3], [4, 5, 6, 7]);
        using var reader = new CaptureFileReaderDevice(_file);
        reader.Open(new DeviceConfiguration());
        nint header = 0, data = 0;
        reader.GetNextPacketPointers(ref header, ref data).ShouldBe((int)GetPacketStatus.PacketRead);
        reader.GetNextPacketPointers(ref header, ref data).ShouldBe((int)GetPacketStatus.PacketRead);
        PcapHeader.FromPointer(header, reader.TimestampResolution).CaptureLength.ShouldBe(4u);
        Marshal.ReadByte(data).ShouldBe((byte)4);
        reader.GetNextPacketPointers(ref header, ref data).ShouldBe((int)GetPacketStatus.NoRemainingPackets);
    }

    [Fact]
    public void A_filter_keeps_what_matches()
    {
        Write(new byte[60], new byte[200]);
        using var reader = new CaptureFileReaderDevice(_file);
        reader.Open(new DeviceConfiguration());
        reader.Filter = "greater 100";
        reader.GetNextPacket(out var packet).ShouldBe(GetPacketStatus.PacketRead);
        packet.Data.Length.ShouldBe(200);
        reader.GetNextPacket(out _).ShouldBe(GetPacketStatus.NoRemainingPackets);
    }

    [Fact]
    public void A_filter_that_does_not_compile_says_why()
    {
        PcapDevice.CheckFilter("icmp and host 10.0.0.1", out _).ShouldBeTrue();
        PcapDevice.CheckFilter("icmp andd", out var error).ShouldBeFalse();
        error.ShouldNotBeNullOrWhiteSpace();

        Write([1]);
        using var reader = new CaptureFileReaderDevice(_file);
        reader.Open(new DeviceConfiguration());
        Should.Throw<PcapException>(() => reader.Filter = "icmp andd").Message.ShouldContain(error);
    }

    [Fact]
    public void A_file_that_is_no_capture_is_refused()
    {
        File.WriteAllText(_file, "not a capture, but long enough to have a header's length");
        using var reader = new CaptureFileReaderDevice(_file);
        Should.Throw<PcapException>(() => reader.Open(new DeviceConfiguration()));
    }

    [Fact]
    public void A_closed_device_is_not_read()
    {
        Write([1]);
        using var reader = new CaptureFileReaderDevice(_file);
        Should.Throw<DeviceNotReadyException>(() => reader.GetNextPacket(out _));
    }

    private void Write(params byte[][] packets)
    {
        using var writer = new CaptureFileWriterDevice(_file, FileMode.Create);
        writer.Open(LinkLayers.Ethernet);
        foreach (var packet in packets)
            writer.Write(new RawCapture(LinkLayers.Ethernet, new PosixTimeval(), packet, null));
    }
}
