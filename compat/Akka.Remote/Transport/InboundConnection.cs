using System.Net.Sockets;
using Akka.Event;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Akka.Remote.Transport;

/// <summary>A connection that a remote system opened: reads its messages and delivers them.</summary>
internal sealed class InboundConnection(Remoting remoting, Socket socket)
{
    private const int BufferSize = 64 * 1024;

    private readonly FrameChannel _channel = new(socket, remoting.Settings.Tcp, BufferSize);
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(remoting.ShuttingDown);
    private readonly FrameWriter _answers = new(64);
    private readonly ILoggingAdapter _log = remoting.Log;
    private readonly string _from = socket.RemoteEndPoint?.ToString() ?? "?";

    /// <summary>Who opened it; null before the handshake.</summary>
    public Peer? Peer { get; private set; }

    public async Task RunAsync()
    {
        using (_channel)
        using (_ended)
        {
            try
            {
                var peer = await WelcomeAsync().ConfigureAwait(false);
                if (peer is null)
                    return;
                remoting.Publish(new AssociatedEvent(remoting.DefaultAddress, peer.Value.Address, inbound: true));
                await ReceiveAsync(peer.Value).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                _log.Debug("The connection from {0} ended: {1}", Peer?.ToString() ?? _from, e.Message);
            }
            catch (InvalidDataException e)
            {
                _log.Error(e, "The connection from {0} is closed: {1}", Peer?.ToString() ?? _from, e.Message);
            }

            if (Peer is { } gone)
                remoting.Publish(new DisassociatedEvent(remoting.DefaultAddress, gone.Address, inbound: true));
        }
    }

    /// <summary>Tells the peer that it is quarantined, and closes.</summary>
    public async Task QuarantineAsync()
    {
        try
        {
            var frame = new FrameWriter(16);
            frame.Begin(FrameKind.Quarantined);
            frame.End();
            await _channel.SendAsync(frame.Written, CancellationToken.None).ConfigureAwait(false);
            _channel.FinishSending();
            await _ended.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _log.Debug("{0} can't be told that it is quarantined: {1}", Peer, e.Message);
        }
    }

    private async Task<Peer?> WelcomeAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        timeout.CancelAfter(remoting.Settings.HandshakeTimeout);
        (Peer From, Akka.Actor.Address To) hello;
        while (!TryReadHello(out hello))
        {
            if (!await _channel.ReceiveAsync(timeout.Token).ConfigureAwait(false))
                return null;
        }

        var refusal = remoting.ReasonToRefuse(hello.From, hello.To, out var quarantined);
        if (refusal is not null)
        {
            _log.Warning("{0} is refused: {1}", hello.From, refusal);
            await _channel.SendAsync(Handshake.Refuse(refusal, quarantined), timeout.Token).ConfigureAwait(false);
            return null;
        }

        Peer = hello.From;
        remoting.Meet(hello.From);
        await _channel.SendAsync(Handshake.Welcome(remoting.Uid), timeout.Token).ConfigureAwait(false);
        return hello.From;
    }

    private bool TryReadHello(out (Peer From, Akka.Actor.Address To) hello)
    {
        hello = default;
        if (!_channel.TryRead(out var kind, out var content))
            return false;
        hello = Handshake.ReadHello(kind, content);
        return true;
    }

    private async Task ReceiveAsync(Peer peer)
    {
        var inbox = remoting.InboxOf(peer);
        var decoder = new MessageDecoder(remoting.Provider, remoting.System.Serialization, peer, inbox, remoting.Log);
        using var silence = new Timer(static c => ((InboundConnection)c!).EndIfSilent(), this, remoting.Settings.HeartbeatPatience, remoting.Settings.HeartbeatInterval);
        while (true)
        {
            var goOn = AkkaSerialization.WithTransport(remoting.System, (this, decoder, inbox), static s => s.Item1.HandleFrames(s.decoder, s.inbox));
            if (_answers.Length > 0)
            {
                await _channel.SendAsync(_answers.Written, _ended.Token).ConfigureAwait(false);
                _answers.Clear();
            }

            if (!goOn || !await _channel.ReceiveAsync(_ended.Token).ConfigureAwait(false))
                return;
        }
    }

    /// <summary>False once the peer said good-bye.</summary>
    private bool HandleFrames(MessageDecoder decoder, SystemMessageInbox inbox)
    {
        var acknowledge = false;
        var goOn = true;
        while (goOn && _channel.TryRead(out var kind, out var content))
        {
            switch (kind)
            {
                case FrameKind.Message:
                    decoder.DeliverMessage(content);
                    break;
                case FrameKind.SystemMessage:
                    decoder.DeliverSystemMessage(content);
                    acknowledge = true;
                    break;
                case FrameKind.Skip:
                    inbox.TryDeliver((long)new FrameReader(content).ReadVarint(), static () => { });
                    acknowledge = true;
                    break;
                case FrameKind.Ping:
                    _answers.Begin(FrameKind.Pong);
                    _answers.End();
                    break;
                case FrameKind.Quarantined:
                    remoting.Publish(new ThisActorSystemQuarantinedEvent(remoting.DefaultAddress, Peer!.Value.Address));
                    goOn = false;
                    break;
                case FrameKind.Bye:
                    goOn = false;
                    break;
                default:
                    throw new InvalidDataException($"A frame of kind {(byte)kind} came in a place where it means nothing.");
            }
        }

        if (acknowledge)
        {
            _answers.Begin(FrameKind.Acknowledge);
            _answers.WriteVarint((ulong)inbox.Delivered);
            _answers.End();
        }

        return goOn;
    }

    private void EndIfSilent()
    {
        if (Environment.TickCount64 - _channel.LastReceived <= remoting.Settings.HeartbeatPatience.TotalMilliseconds)
            return;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }
}
