using System.Runtime.InteropServices;

namespace Agent.Node.Capture;

/// <summary>
/// What libpcap doesn't ask the kernel about its packet socket: packet(7). Drops not by SharpPcap's statistics, which take
/// libpcap's counters for twice as wide as they are, and give those of the interface for the ring's.
/// Sockets on one interface are put into a group (PACKET_FANOUT) of which each packet goes to one: that decides a program
/// (PACKET_FANOUT_CBPF), and is changed between two packets.
/// </summary>
internal sealed partial class PacketSocket(int descriptor)
{
    private const int SocketLevel = 1;              // SOL_SOCKET
    private const int AttachFilter = 26;            // SO_ATTACH_FILTER
    private const int PacketLevel = 263;            // SOL_PACKET
    private const int PacketStatistics = 6;         // PACKET_STATISTICS
    private const int Fanout = 18;                  // PACKET_FANOUT
    private const int FanoutData = 22;              // PACKET_FANOUT_DATA
    private const int FanoutByProgram = 6 << 16;    // PACKET_FANOUT_CBPF
    private const int FanoutUnusedId = 0x2000 << 16; // PACKET_FANOUT_FLAG_UNIQUEID
    private const int FanoutIdMask = 0xffff;
    private const ushort ReturnConstant = 0x06;     // BPF_RET | BPF_K
    private const int LinkAddressLength = 20;       // struct sockaddr_ll

    private long _dropped;

    internal int Descriptor => descriptor;

    /// <summary>Packets the kernel dropped for want of room in the ring, since the socket was opened.</summary>
    /// <exception cref="CaptureException">The kernel gave no answer.</exception>
    internal unsafe long Drops()
    {
        Counters counters;
        var length = (uint)sizeof(Counters);
        Check(GetOption(descriptor, PacketLevel, PacketStatistics, &counters, ref length), "the kernel doesn't say what it dropped");
        // Each answer begins the count anew.
        _dropped += counters.Drops;
        return _dropped;
    }

    /// <summary>Begins a group of sockets, and gives its number.</summary>
    internal unsafe int BeginGroup()
    {
        SetFanout(FanoutByProgram | FanoutUnusedId);
        int group;
        var length = (uint)sizeof(int);
        Check(GetOption(descriptor, PacketLevel, Fanout, &group, ref length), "the kernel doesn't say the number of a group of sockets");
        return group & FanoutIdMask;
    }

    /// <summary>Becomes the second of a group, which gets no packets before <see cref="SendTo"/> says so.</summary>
    internal void Join(int group) => SetFanout(FanoutByProgram | group);

    /// <summary>From now on packets go to the group's first socket (0) or its second (1); where there is one, to this.</summary>
    internal void SendTo(uint member) => SetProgram(PacketLevel, FanoutData, member);

    /// <summary>No packet passes.</summary>
    internal void Refuse() => SetProgram(SocketLevel, AttachFilter, 0);

    /// <summary>Of a socket that was bound for one kind of packets: it's bound for all.</summary>
    internal unsafe void TakeAll()
    {
        const int protocolOffset = 2; // the interface's index, at 4, stays
        const ushort allInNetworkOrder = 0x0300; // ETH_P_ALL
        var address = stackalloc byte[LinkAddressLength];
        var length = (uint)LinkAddressLength;
        Check(GetName(descriptor, address, ref length), "the kernel doesn't say what a packet socket is bound to");
        *(ushort*)(address + protocolOffset) = allInNetworkOrder;
        Check(Bind(descriptor, address, LinkAddressLength), "can't bind a packet socket");
    }

    private unsafe void SetFanout(int fanout) => Check(SetOption(descriptor, PacketLevel, Fanout, &fanout, sizeof(int)), "can't put packet sockets into a group");

    /// <summary>A program that gives a constant.</summary>
    private unsafe void SetProgram(int level, int option, uint result)
    {
        var instruction = new Instruction { Code = ReturnConstant, Constant = result };
        var program = new LibPcap.Program { Length = 1, Instructions = (nint)(&instruction) };
        Check(SetOption(descriptor, level, option, &program, (uint)sizeof(LibPcap.Program)), "can't give a packet socket its program");
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new CaptureException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetOption(int socket, int level, int option, void* value, ref uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static unsafe partial int GetName(int socket, byte* address, ref uint length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int Bind(int socket, byte* address, uint length);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Constant;
    }

    /// <summary>struct tpacket_stats_v3; of a ring of an older version, the kernel leaves the last field out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Counters
    {
        internal uint Packets;
        internal uint Drops;
        internal uint Freezes;
    }
}
