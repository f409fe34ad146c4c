using System.Net;
using System.Net.Sockets;

namespace Agent.Node.Capture;

/// <summary>
/// The socket of a capture that receives what others saw. A capture that was told to stop still has its port for a moment,
/// until its thread comes round to closing: the next one on that port waits for it.
/// </summary>
internal sealed class DatagramSocket : IDisposable
{
    /// <summary>Longer than any UDP datagram.</summary>
    internal const int MaximumDatagram = 65536;

    private const int LookAgainMilliseconds = 100;

    /// <summary>Those of this process; whoever opens or closes one holds the lock.</summary>
    private static readonly List<DatagramSocket> Sockets = [];

    private readonly int _port;
    private readonly CancellationToken _leaving;

    private DatagramSocket(Socket socket, int port, CancellationToken leaving)
    {
        Socket = socket;
        _port = port;
        _leaving = leaving;
    }

    internal Socket Socket { get; }

    /// <summary>Bound to the capture's address and port, in the network namespace of the thread that calls.</summary>
    /// <param name="settings">Address, port and buffer.</param>
    /// <param name="protocol">What is received, for errors.</param>
    /// <param name="leaving">The capture has been told to stop, and will close the socket.</param>
    /// <exception cref="CaptureException">The address is none, or can't be bound.</exception>
    /// <exception cref="OperationCanceledException">Told to stop while it waited for the port.</exception>
    internal static DatagramSocket Open(CaptureSettings settings, string protocol, CancellationToken leaving)
    {
        if (!IPAddress.TryParse(settings.ListenAddress, out var address))
        {
            throw new CaptureException($"can't receive {protocol} on {settings.ListenAddress}: that is no IP address");
        }

        try
        {
            lock (Sockets)
            {
                while (true)
                {
                    leaving.ThrowIfCancellationRequested();
                    if (TryBind(new IPEndPoint(address, settings.ListenPort), settings.BufferSize) is { } bound)
                    {
                        var socket = new DatagramSocket(bound, settings.ListenPort, leaving);
                        Sockets.Add(socket);
                        return socket;
                    }
                    Monitor.Wait(Sockets, LookAgainMilliseconds);
                }
            }
        }
        catch (SocketException e)
        {
            throw new CaptureException($"can't receive {protocol} on {address}, UDP port {settings.ListenPort}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Sockets)
        {
            Socket.Dispose();
            Sockets.Remove(this);
            Monitor.PulseAll(Sockets);
        }
    }

    /// <summary>Null when the port isn't free, but is about to be.</summary>
    private static Socket? TryBind(IPEndPoint end, int bufferSize)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = bufferSize;
            socket.Bind(end);
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && Sockets.Any(other => other._port == end.Port && other._leaving.IsCancellationRequested))
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
