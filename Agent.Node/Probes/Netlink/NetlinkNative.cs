using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Agent.Node.Probes.Netlink;

/// <summary>The libc calls netlink needs beyond <see cref="Socket"/>, which knows neither AF_NETLINK addresses nor ioctl.</summary>
internal static partial class NetlinkNative
{
    internal const int AddressFamilyNetlink = 16;
    internal const int SocketRaw = 3;
    internal const int CloseOnExec = 0x80000;
    internal const int NetlinkRoute = 0;
    internal const int SolSocket = 1;
    internal const int ReceiveBuffer = 8;
    internal const int ReceiveBufferForce = 33;
    internal const int DoNotWait = 0x40;
    internal const int Again = 11; // EAGAIN
    internal const nuint EthtoolRequest = 0x8946; // SIOCETHTOOL

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int socket, in NetlinkAddress address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(int socket, int level, int option, in int value, uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(SafeSocketHandle socket, Span<byte> buffer, nuint length, int flags);

    // ioctl is variadic; on Linux/x64 and arm64 integer and pointer arguments travel as in a fixed call.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static unsafe partial int Ioctl(int descriptor, nuint request, void* argument);

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint PortId;
        public uint Groups;
    }
}
