using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture;

/// <summary>sFlow datagrams made by hand.</summary>
internal static class SflowCraft
{
    /// <summary>One flow sample with one raw packet header, behind a counter sample that is to be skipped.</summary>
    internal static byte[] Datagram(uint sequence, uint rate, byte[] frame, int originalLength)
    {
        const uint frameCheckSequence = 4;
        byte[] padded = [.. frame, .. new byte[(4 - (frame.Length % 4)) % 4]];
        byte[] header = [.. U32(1), .. U32((uint)originalLength + frameCheckSequence), .. U32(frameCheckSequence), .. U32((uint)frame.Length), .. padded];
        byte[] extendedSwitch = [.. U32(1001), .. U32(16), .. new byte[16]];
        byte[] sample = [.. U32(1), .. U32(2), .. U32(rate), .. U32(rate), .. U32(0), .. U32(3), .. U32(4), .. U32(2), .. extendedSwitch, .. U32(1), .. U32((uint)header.Length), .. header];
        byte[] counters = [.. U32(2), .. U32(12), .. U32(1), .. U32(1), .. U32(0)];
        return [.. U32(5), .. U32(1), 127, 0, 0, 1, .. U32(0), .. U32(sequence), .. U32(1000), .. U32(2), .. counters, .. U32(1), .. U32((uint)sample.Length), .. sample];
    }
}
