using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// A NETLINK_ROUTE socket. It belongs for good to the network namespace of the thread that opened it, and may be used
/// from any other.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>Groups of rtnetlink notifications: links, neighbours, IPv4 and IPv6 addresses and routes.</summary>
    public const uint NotifiedGroups =
        (1u << 0) | (1u << 2) | (1u << 4) | (1u << 6) | (1u << 8) | (1u << 10);

    /// <summary>Of a namespace among many. It's a bound; the kernel takes what it queues, some 4 KiB for each change of a link.</summary>
    public const int DefaultReceiveBuffer = 4 << 20;

    /// <summary>Of the host, where thousands of links may change at once.</summary>
    public const int LargeReceiveBuffer = 32 << 20;

    private readonly Socket _socket;

    private NetlinkSocket(Socket socket) => _socket = socket;

    /// <summary>Opens a socket in the namespace at <paramref name="path"/> (null: the process's own).</summary>
    /// <exception cref="IOException">There's no namespace at that path, it may not be entered, or the kernel refused a socket.</exception>
    public static NetlinkSocket OpenIn(string? path, uint groups) =>
        NetworkNamespace.Visit(path, () => Open(groups, path is null ? LargeReceiveBuffer : DefaultReceiveBuffer));

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <param name="groups">Notification groups to join, a bit each; 0 for none.</param>
    /// <param name="receiveBuffer">Bytes the kernel may queue before it drops notifications.</param>
    /// <exception cref="IOException">The kernel refused, with its reason.</exception>
    public static NetlinkSocket Open(uint groups, int receiveBuffer = DefaultReceiveBuffer)
    {
        var descriptor = NetlinkNative.Socket(
            NetlinkNative.AddressFamilyNetlink, NetlinkNative.SocketRaw | NetlinkNative.CloseOnExec, NetlinkNative.NetlinkRoute);
        if (descriptor < 0)
        {
            throw SystemCalls.Failure("open a netlink socket");
        }

        // Beyond net.core.rmem_max only with CAP_NET_ADMIN; without it the smaller buffer means more re-dumps, no loss.
        if (NetlinkNative.SetSocketOption(descriptor, NetlinkNative.SolSocket, NetlinkNative.ReceiveBufferForce, receiveBuffer, sizeof(int)) < 0)
        {
            _ = NetlinkNative.SetSocketOption(descriptor, NetlinkNative.SolSocket, NetlinkNative.ReceiveBuffer, receiveBuffer, sizeof(int));
        }

        var address = new NetlinkNative.NetlinkAddress { Family = NetlinkNative.AddressFamilyNetlink, Groups = groups };
        if (NetlinkNative.Bind(descriptor, address, (uint)Marshal.SizeOf<NetlinkNative.NetlinkAddress>()) < 0)
        {
            var failure = SystemCalls.Failure("bind a netlink socket");
            _ = SystemCalls.Close(descriptor);
            throw failure;
        }

        return new NetlinkSocket(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
    }

    public void Send(ReadOnlySpan<byte> message) => _socket.Send(message);

    /// <summary>Waits until there's a datagram, without a buffer.</summary>
    /// <exception cref="NotificationsLostException">Some were lost.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        try
        {
            _ = await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode is not SocketError.OperationAborted)
        {
            throw new NotificationsLostException(e.Message, e.NativeErrorCode);
        }
    }

    /// <summary>One datagram that's there.</summary>
    /// <returns>Its length; null when there is none.</returns>
    /// <exception cref="NotificationsLostException">Some were lost before it.</exception>
    public int? TryReceive(Span<byte> buffer)
    {
        while (true)
        {
            var length = NetlinkNative.Receive(_socket.SafeHandle, buffer, (nuint)buffer.Length, NetlinkNative.DoNotWait);
            if (length >= 0)
            {
                return (int)length;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case SystemCalls.Interrupted:
                    break;
                case NetlinkNative.Again:
                    return null;
                case var errno:
                    throw new NotificationsLostException(SystemCalls.Failure("read a netlink socket").Message, errno);
            }
        }
    }

    /// <summary>One datagram, waiting: for answers the kernel has queued by the time a send returns.</summary>
    public int Receive(Span<byte> buffer) => _socket.Receive(buffer);

    /// <summary>The driver behind an interface of the socket's namespace ("veth", "e1000"); empty when it names none.</summary>
    public unsafe string Driver(string interfaceName)
    {
        const int nameLength = 16;
        const int driverInfoLength = 196; // struct ethtool_drvinfo: u32 command, char driver[32], …
        const uint getDriverInfo = 3;     // ETHTOOL_GDRVINFO
        Span<byte> name = stackalloc byte[nameLength];
        if (!Encoding.UTF8.TryGetBytes(interfaceName, name[..(nameLength - 1)], out _))
        {
            return "";
        }

        var information = stackalloc byte[driverInfoLength];
        *(uint*)information = getDriverInfo;
        var request = stackalloc byte[40]; // struct ifreq: the name, then a union that here is a pointer
        name.CopyTo(new Span<byte>(request, nameLength));
        *(byte**)(request + nameLength) = information;
        return NetlinkNative.Ioctl((int)_socket.Handle, NetlinkNative.EthtoolRequest, request) < 0
            ? ""
            : NetlinkValue.Text(new ReadOnlySpan<byte>(information + 4, 32));
    }

    /// <summary>A request to a network device of the socket's namespace.</summary>
    /// <exception cref="IOException">The kernel refused <paramref name="what"/>.</exception>
    public unsafe void Ioctl(nuint request, Span<byte> argument, string what)
    {
        fixed (byte* bytes = argument)
        {
            if (NetlinkNative.Ioctl((int)_socket.Handle, request, bytes) < 0)
            {
                throw SystemCalls.Failure(what);
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>
/// The kernel had notifications that this socket doesn't get: for want of buffer (ENOBUFS), or because it couldn't make one, whose
/// error the next read has then (netlink_set_err). What they were about must be asked for.
/// </summary>
internal sealed class NotificationsLostException(string message, int errno) : IOException(message, errno);
