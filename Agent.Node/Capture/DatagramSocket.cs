using System.Net;
using System.Net.Sockets;

namespace Agent.Node.Capture;

/// <summary>The socket of captures that receive what others saw.</summary>
internal static class DatagramSocket
{
    /// <summary>Longer than any UDP datagram.</summary>
    internal const int MaximumDatagram = 65536;

    /// <summary>Bound to the capture's address and port, in the network namespace of the thread that calls.</summary>
    /// <param name="settings">Address, port and buffer.</param>
    /// <param name="protocol">What is received, for errors.</param>
    /// <exception cref="CaptureException">The address is none, or can't be bound.</exception>
    internal static Socket Open(CaptureSettings settings, string protocol)
    {
        if (!IPAddress.TryParse(settings.ListenAddress, out var address))
            throw new CaptureException($"can't receive {protocol} on {settings.ListenAddress}: that is no IP address");
        try
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = settings.BufferSize };
            try
            {
                socket.Bind(new IPEndPoint(address, settings.ListenPort));
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (SocketException e)
        {
            throw new CaptureException($"can't receive {protocol} on {address}, UDP port {settings.ListenPort}: {e.Message}", e);
        }
    }
}
