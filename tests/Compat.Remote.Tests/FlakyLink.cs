using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Compat.Remote.Tests;

/// <summary>A port that leads to another one, until it is cut.</summary>
public sealed class FlakyLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private volatile bool _isCut;

    public FlakyLink()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where it leads; set before anyone connects.</summary>
    public int Target { get; set; }

    /// <summary>Breaks the connections that are open, and those to come.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var from = await _listener.AcceptSocketAsync();
                _sockets.Add(from);
                if (_isCut)
                {
                    from.Dispose();
                    continue;
                }

                var to = new Socket(SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(to);
                await to.ConnectAsync(IPAddress.Loopback, Target);
                _ = PumpAsync(from, to);
                _ = PumpAsync(to, from);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!_listener.Server.IsBound)
                    return;
            }
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                for (var at = 0; at < count;)
                    at += await to.SendAsync(buffer.AsMemory(at, count - at));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
