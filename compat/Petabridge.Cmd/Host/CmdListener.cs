using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using Akka.Event;

namespace Petabridge.Cmd.Host;

/// <summary>Takes connections of clients.</summary>
internal sealed class CmdListener
{
    private readonly PetabridgeCmd _host;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopped = new();

    private CmdListener(PetabridgeCmd host, Socket socket)
    {
        _host = host;
        _socket = socket;
        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    public IPEndPoint Endpoint { get; }

    public static CmdListener Start(PetabridgeCmd host, string address, int port)
    {
        try
        {
            var ip = IPAddress.TryParse(address, out var literal) ? literal : Dns.GetHostAddresses(address, AddressFamily.InterNetwork)[0];
            var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(ip, port));
                socket.Listen();
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            var listener = new CmdListener(host, socket);
            _ = Task.Run(listener.AcceptAsync);
            return listener;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ConfigurationException($"petabridge.cmd can't listen on {address}:{port}: {e.Message}", e);
        }
    }

    public void Stop()
    {
        _stopped.Cancel();
        _socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stopped.Token).ConfigureAwait(false);
                _ = Task.Run(() => new CmdConnection(_host, client).ServeAsync(_stopped.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _host.Log.Error(e, "A console's connection can't be accepted: {0}", e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }
}
