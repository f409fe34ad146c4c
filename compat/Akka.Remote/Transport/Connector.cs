using System.Net.Sockets;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>Opens connections to other systems.</summary>
internal static class Connector
{
    /// <exception cref="TimeoutException">No connection within <c>connection-timeout</c>.</exception>
    public static async Task<FrameChannel> ConnectAsync(Address remote, TcpSettings tcp, int bufferSize, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(tcp.ConnectTimeout);
        var target = await HostNames.ResolveAsync(remote.Host!, remote.Port ?? 0, tcp, timeout.Token).ConfigureAwait(false);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, timeout.Token).ConfigureAwait(false);
            return new FrameChannel(socket, tcp, bufferSize);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"no connection within {tcp.ConnectTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Greets; returns the uid of who answers.</summary>
    /// <exception cref="HandshakeRefusedException">The peer takes no messages from here.</exception>
    /// <exception cref="TimeoutException">No answer within <c>handshake-timeout</c>.</exception>
    public static async Task<int> ShakeHandsAsync(Remoting remoting, FrameChannel connection, Address remote, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(remoting.Settings.HandshakeTimeout);
        try
        {
            await connection.SendAsync(Handshake.Hello(remoting.DefaultAddress, remoting.Uid, remote), timeout.Token).ConfigureAwait(false);
            int uid;
            while (!Handshake.TryReadAnswer(connection, remote, out uid))
            {
                if (!await connection.ReceiveAsync(timeout.Token).ConfigureAwait(false))
                    throw new IOException("the connection was closed during the handshake");
            }

            return uid;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no handshake within {remoting.Settings.HandshakeTimeout.TotalSeconds:0.#} s");
        }
    }
}
