using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Compat.Packets.Tests;

public sealed class LiveDeviceTests
{
    [RequiresFact("root")]
    public void A_packet_sent_on_loopback_is_captured_there()
    {
        using var device = LibPcapLiveDeviceList.New().Single(found => found.Name == "lo");
        device.Open(new DeviceConfiguration { Mode = DeviceModes.Promiscuous, ReadTimeout = 10, Immediate = true, Snaplen = 100 });
        device.LinkType.ShouldBe(LinkLayers.Ethernet);
        const ushort experimental = 0x88b5; // IEEE's EtherType for local experiments: nobody else sends it
        device.Filter = $"ether proto {experimental} and ether src 02:00:00:00:51:01";
        byte[] frame = [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x51, 1, experimental >> 8, experimental & 0xff, .. Enumerable.Repeat((byte)7, 200)];
        device.SendPacket(frame);

        var deadline = DateTime.UtcNow.AddSeconds(20);
        GetPacketStatus status;
        PacketCapture packet;
        while ((status = device.GetNextPacket(out packet)) == GetPacketStatus.ReadTimeout && DateTime.UtcNow < deadline)
        {
        }
        status.ShouldBe(GetPacketStatus.PacketRead);
        packet.Data.ToArray().ShouldBe(frame[..100]);
        packet.GetPacket().PacketLength.ShouldBe(frame.Length);
        device.Statistics.ReceivedPackets.ShouldBeGreaterThan(0u);
        device.Statistics.DroppedPackets.ShouldBe(0u);
    }

    [RequiresFact("root")]
    public void Reading_without_blocking_returns_at_once()
    {
        using var device = LibPcapLiveDeviceList.New().Single(found => found.Name == "lo");
        device.Open(new DeviceConfiguration());
        device.NonBlockingMode.ShouldBeFalse();
        device.NonBlockingMode = true;
        device.NonBlockingMode.ShouldBeTrue();
        device.Filter = "ether proto 0x88b6 and ether src 02:00:00:00:51:02";
        nint header = 0, data = 0;
        device.GetNextPacketPointers(ref header, ref data).ShouldBe((int)GetPacketStatus.ReadTimeout);
    }
}
