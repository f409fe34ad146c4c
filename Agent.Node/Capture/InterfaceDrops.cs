using System.Buffers;
using System.Net.Sockets;
using Agent.Node.Probes.Netlink;

namespace Agent.Node.Capture;

/// <summary>
/// Packets an interface or its driver dropped for want of room since this was opened: those a capture had no chance to see.
/// libpcap reads these counters from the sysfs at hand, where an interface of another network namespace is missing, or is
/// another one of the same name; the kernel answers a netlink socket for the namespace it was opened in.
/// </summary>
internal sealed class InterfaceDrops : IDisposable
{
    private const int LongestAnswer = 64 << 10;

    private readonly NetlinkSocket _socket;
    private readonly byte[] _request;
    private readonly long _before;
    private Task _reading = Task.CompletedTask;
    private long _now;

    private InterfaceDrops(NetlinkSocket socket, string name)
    {
        _socket = socket;
        _request = NetlinkRequest.Link(name, sequence: 1);
        _before = Read() ?? 0;
        _now = _before;
    }

    /// <summary>For an interface of the calling thread's namespace.</summary>
    /// <exception cref="IOException">The kernel refused a socket.</exception>
    internal static InterfaceDrops Of(string name) => new(NetlinkSocket.Open(groups: 0, receiveBuffer: LongestAnswer), name);

    /// <summary>
    /// As they were at the last call, and what was last known when the interface is gone. Doesn't wait: the kernel may hold
    /// an answer back for as long as another of its networks changes.
    /// </summary>
    internal long Count()
    {
        if (_reading.IsCompleted)
        {
            _reading = Task.Run(() => Volatile.Write(ref _now, Read() ?? _now));
        }

        return Volatile.Read(ref _now) - _before;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private long? Read()
    {
        var answer = ArrayPool<byte>.Shared.Rent(LongestAnswer);
        try
        {
            _socket.Send(_request);
            return Read(answer.AsSpan(0, _socket.Receive(answer)));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // out of memory in the kernel: the next look tells. Or the capture is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private static long? Read(ReadOnlySpan<byte> answer)
    {
        var messages = new NetlinkMessages(answer);
        while (messages.TryRead(out var header, out var payload))
        {
            if (header.Type == NetlinkMessageType.NewLink && LinkMessage.TryRead(payload, out var link))
            {
                return link!.Statistics.RxMissedErrors + link.Statistics.RxFifoErrors;
            }
        }

        return null;
    }
}
