using System.Runtime.InteropServices;

namespace Agent.Node.Capture;

/// <summary>
/// Packets the kernel dropped for want of room in a packet socket's ring: packet(7), PACKET_STATISTICS. Not by SharpPcap's
/// statistics: they take libpcap's counters for twice as wide as they are, and give those of the interface for the ring's.
/// </summary>
internal sealed partial class RingDrops(int socket)
{
    private const int PacketLevel = 263;     // SOL_PACKET
    private const int PacketStatistics = 6;  // PACKET_STATISTICS

    private long _dropped;

    /// <summary>Since the socket was opened.</summary>
    /// <exception cref="CaptureException">The kernel gave no answer.</exception>
    internal unsafe long Count()
    {
        Counters counters;
        var length = (uint)sizeof(Counters);
        if (GetSocketOption(socket, PacketLevel, PacketStatistics, &counters, ref length) < 0)
        {
            throw new CaptureException($"the kernel doesn't say what it dropped: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        // Each answer begins the count anew.
        _dropped += counters.Drops;
        return _dropped;
    }

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetSocketOption(int socket, int level, int option, Counters* value, ref uint length);

    /// <summary>struct tpacket_stats_v3; of a ring of an older version, the kernel leaves the last field out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Counters
    {
        internal uint Packets;
        internal uint Drops;
        internal uint Freezes;
    }
}
