using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Remoting;

/// <summary>Frames back and forth over a bare socket, by one thread on each side.</summary>
internal static class SocketEcho
{
    // What a request or its reply, a text of 16 bytes, takes on Akka.Remote's wire, both actors' paths and the sequence among it.
    private const int FrameSize = 144;

    /// <summary>Echoes whatever comes, until the process ends; returns the port.</summary>
    public static int Serve()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var thread = new Thread(() =>
        {
            while (true)
            {
                Echo(listener.AcceptSocket());
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return port;
    }

    /// <summary>Returns when so many frames were there and back.</summary>
    public static void Ask(int port, int count, int window)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var buffer = new byte[window * FrameSize];
        long sent = 0, received = 0, total = (long)count * FrameSize;
        Send(socket, buffer, (int)Math.Min(buffer.Length, total));
        sent += Math.Min(buffer.Length, total);
        while (received < total)
        {
            var got = socket.Receive(buffer);
            if (got == 0)
            {
                throw new IOException("The echo ended.");
            }
            // As many frames as came back whole go out anew.
            var frames = ((received + got) / FrameSize) - (received / FrameSize);
            received += got;
            var next = (int)Math.Min(frames * FrameSize, total - sent);
            Send(socket, buffer, next);
            sent += next;
        }
    }

    private static void Echo(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            var buffer = new byte[64 * 1024];
            while (socket.Receive(buffer) is > 0 and var count)
            {
                Send(socket, buffer, count);
            }
        }
    }

    private static void Send(Socket socket, byte[] bytes, int count)
    {
        for (var at = 0; at < count;)
        {
            at += socket.Send(bytes.AsSpan(at, count - at));
        }
    }
}
