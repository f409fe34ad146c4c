using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Akka.Remote.Transport;

/// <summary>
/// What this system sends to one address. Connects when there is something to send; when that fails, or the connection breaks,
/// the gate closes for a while: messages go to dead letters, system messages wait and are sent again.
/// </summary>
internal sealed class Association
{
    // As much as is put together before it's handed to the socket.
    private const int BatchSize = 64 * 1024;
    private const int AnswersBufferSize = 4 * 1024;

    private readonly Remoting _remoting;
    private readonly Address _remote;
    private readonly RemoteSettings _settings;
    private readonly ILoggingAdapter _log;
    private readonly Channel<OutboundMessage> _queue = Channel.CreateUnbounded<OutboundMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SystemMessageOutbox _outbox = new();
    private readonly Lock _peerLock = new();
    private readonly HashSet<int> _quarantined = [];
    private readonly Task _run;
    private volatile bool _gated;
    private volatile TaskCompletionSource _gateOpened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FrameChannel? _connection;
    private int? _uid;
    private long _unreachableSince = Environment.TickCount64;
    private int _queueWarning;

    public Association(Remoting remoting, Address remote)
    {
        _remoting = remoting;
        _remote = remote;
        _settings = remoting.Settings;
        _log = remoting.Log;
        _queueWarning = _settings.LogBufferSizeExceeding;
        _run = Task.Run(RunAsync);
    }

    /// <summary>The life of the remote system that was last met; null before the first.</summary>
    public int? Uid
    {
        get
        {
            lock (_peerLock)
                return _uid;
        }
    }

    public void Send(OutboundMessage message)
    {
        if ((_gated && !message.IsSystemMessage) || !_queue.Writer.TryWrite(message))
            _remoting.ToDeadLetters(message);
    }

    public bool IsQuarantined(int uid)
    {
        lock (_peerLock)
            return _quarantined.Contains(uid);
    }

    /// <summary>Bars one life of the remote system. True if it wasn't barred before.</summary>
    public bool Quarantine(int uid)
    {
        lock (_peerLock)
        {
            if (!_quarantined.Add(uid))
                return false;
            if (_uid != uid)
                return true;
        }

        Forget();
        if (_connection is { } connection)
            _ = CloseQuarantinedAsync(connection);
        return true;
    }

    /// <summary>The remote system connected to us: it is there, so there's no use in waiting to connect to it.</summary>
    public void Met(int uid)
    {
        Become(uid);
        _gateOpened.TrySetResult();
    }

    /// <summary>Sends what's queued and ends; what can't be sent by then is dropped.</summary>
    public async Task ShutdownAsync()
    {
        _queue.Writer.TryComplete();
        _gateOpened.TrySetResult();
        await _run.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (await SomethingToSendAsync().ConfigureAwait(false))
        {
            Exception? failure;
            try
            {
                failure = await ConnectAndSendAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
            }

            if (failure is null)
                break;
            await GateAsync(failure).ConfigureAwait(false);
            if (_queue.Reader.Completion.IsCompleted || _remoting.ShuttingDown.IsCancellationRequested)
                break;
        }

        _gated = true;
        DropQueue();
    }

    private async ValueTask<bool> SomethingToSendAsync() =>
        (_outbox.Count > 0 && !_queue.Reader.Completion.IsCompleted) || await _queue.Reader.WaitToReadAsync().ConfigureAwait(false);

    /// <summary>Null: all was sent, and no more will come. Else why the connection ended.</summary>
    private async Task<Exception?> ConnectAndSendAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_remoting.ShuttingDown);
        using var connection = await Connector.ConnectAsync(_remote, _settings.Tcp, AnswersBufferSize, ended.Token).ConfigureAwait(false);
        var uid = await GreetAsync(connection, ended.Token).ConfigureAwait(false);
        Become(uid);
        _connection = connection;
        _remoting.Publish(new AssociatedEvent(_remoting.DefaultAddress, _remote, inbound: false));
        var reading = ReadAnswersAsync(connection, uid, ended);
        Exception? failure = null;
        try
        {
            await SendQueueAsync(connection, uid, ended.Token).ConfigureAwait(false);
            await SendAsync(connection, FrameKind.Bye, CancellationToken.None).ConfigureAwait(false);
            connection.FinishSending();
            await reading.WaitAsync(_settings.FlushWait, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (_queue.Reader.Completion.IsCompleted)
        {
            // All was sent, and the peer doesn't close its side; there's nothing more to say to it.
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            failure = await reading.ConfigureAwait(false) ?? new IOException("the connection was closed");
        }
        catch (Exception e)
        {
            failure = e;
        }

        _connection = null;
        _unreachableSince = Environment.TickCount64;
        await ended.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        _remoting.Publish(new DisassociatedEvent(_remoting.DefaultAddress, _remote, inbound: false));
        return failure;
    }

    private async Task<int> GreetAsync(FrameChannel connection, CancellationToken cancellation)
    {
        try
        {
            var uid = await Connector.ShakeHandsAsync(_remoting, connection, _remote, cancellation).ConfigureAwait(false);
            if (!IsQuarantined(uid))
                return uid;
            await SendAsync(connection, FrameKind.Quarantined, cancellation).ConfigureAwait(false);
            throw new QuarantinedPeerException($"its uid, {uid}, is quarantined");
        }
        catch (HandshakeRefusedException e) when (e.Quarantined)
        {
            _remoting.Publish(new ThisActorSystemQuarantinedEvent(_remoting.DefaultAddress, _remote));
            throw;
        }
    }

    private async Task SendQueueAsync(FrameChannel connection, int uid, CancellationToken cancellation)
    {
        var batch = new FrameWriter(BatchSize);
        var encoder = new MessageEncoder(_remoting.System.Serialization, _settings.Tcp.MaximumFrameSize);
        foreach (var (number, message) in _outbox.Pending())
            Append(batch, encoder, message, number);
        using var heartbeat = StartHeartbeat();
        do
        {
            bool more;
            do
            {
                more = AkkaSerialization.WithTransport(_remoting.System, (this, batch, encoder), static s => s.Item1.FillBatch(s.batch, s.encoder));
                if (batch.Length > 0)
                    await connection.SendAsync(batch.Written, cancellation).ConfigureAwait(false);
                batch.Clear();
                ThrowIfSilent(connection);
                if (IsQuarantined(uid))
                    throw new QuarantinedPeerException($"its uid, {uid}, is quarantined");
            }
            while (more);
        }
        while (await _queue.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false));
    }

    private Timer StartHeartbeat()
    {
        var interval = _settings.HeartbeatInterval;
        return new Timer(static a => ((Association)a!)._queue.Writer.TryWrite(OutboundMessage.Ping), this, interval, interval);
    }

    private void ThrowIfSilent(FrameChannel connection)
    {
        var patience = _settings.HeartbeatPatience;
        if (Environment.TickCount64 - connection.LastReceived > patience.TotalMilliseconds)
            throw new TimeoutException($"nothing was heard of it for {patience.TotalSeconds:0} s");
    }

    /// <summary>True if the batch was full before the queue was empty.</summary>
    private bool FillBatch(FrameWriter batch, MessageEncoder encoder)
    {
        while (_queue.Reader.TryRead(out var message))
        {
            if (message.IsPing)
            {
                batch.Begin(FrameKind.Ping);
                batch.End();
            }
            else
            {
                Append(batch, encoder, message, message.IsSystemMessage ? Number(message) : null);
            }

            if (batch.Length >= BatchSize)
            {
                WarnOfLongQueue();
                return true;
            }
        }

        return false;
    }

    private void Append(FrameWriter batch, MessageEncoder encoder, in OutboundMessage message, long? number)
    {
        try
        {
            encoder.Write(batch, message, number);
            if (_settings.LogSend)
                _log.Debug("Sent {0} to {1} from {2}", message.Message, message.Recipient, message.Sender);
        }
        catch (Exception e)
        {
            _log.Error(e, "A message of {0} for {1} from {2} can't be sent, and is dropped: {3}", message.Message.GetType().FullName, message.Recipient, message.Sender, e.Message);
            if (number is { } skipped)
                MessageEncoder.WriteSkip(batch, skipped);
        }
    }

    private long Number(in OutboundMessage message)
    {
        var number = _outbox.Add(message);
        if (_outbox.Count > _settings.SystemMessageBufferSize && Uid is { } uid)
            _remoting.Quarantine(_remote, uid, $"{_outbox.Count} system messages to it are not acknowledged");
        return number;
    }

    private async Task<Exception?> ReadAnswersAsync(FrameChannel connection, int uid, CancellationTokenSource ended)
    {
        Exception? failure = null;
        try
        {
            do
            {
                while (connection.TryRead(out var kind, out var content))
                    Answered(kind, content, uid);
            }
            while (await connection.ReceiveAsync(ended.Token).ConfigureAwait(false));
            failure = new IOException("the peer closed the connection");
        }
        catch (OperationCanceledException)
        {
            // The sending side ended first, and says why.
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (failure is not null)
            await ended.CancelAsync().ConfigureAwait(false);
        return failure;
    }

    private void Answered(FrameKind kind, ReadOnlySpan<byte> content, int uid)
    {
        switch (kind)
        {
            case FrameKind.Acknowledge when Uid != uid:
                // The peer's next life is known already, and counts anew.
                break;
            case FrameKind.Acknowledge:
                _outbox.Acknowledge((long)new FrameReader(content).ReadVarint());
                break;
            case FrameKind.Pong:
                break;
            case FrameKind.Quarantined:
                _remoting.Publish(new ThisActorSystemQuarantinedEvent(_remoting.DefaultAddress, _remote));
                throw new IOException("the peer has quarantined this system");
            default:
                throw new InvalidDataException($"A frame of kind {(byte)kind} is no answer.");
        }
    }

    private async Task GateAsync(Exception failure)
    {
        if (_remoting.ShuttingDown.IsCancellationRequested)
            return;
        var opened = _gateOpened;
        if (opened.Task.IsCompleted)
            opened = _gateOpened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var quarantined = failure is QuarantinedPeerException;
        _gated = true;
        _remoting.Publish(new AssociationErrorEvent(failure, _remoting.DefaultAddress, _remote, inbound: false, LogLevel.WarningLevel));
        if (_settings.LogLifecycleEvents)
            _log.Warning("No messages to {0} for {1:0.#} s: {2}", _remote, _settings.RetryGateClosedFor.TotalSeconds, failure.Message);
        if (quarantined)
            Forget();
        DropQueue();
        GiveUpOnSilence();
        await Task.WhenAny(opened.Task, Task.Delay(_settings.RetryGateClosedFor, _remoting.ShuttingDown)).ConfigureAwait(false);
        if (quarantined)
            Forget();
        DropQueue();
        _gated = false;
    }

    /// <summary>System messages that wait too long for a peer that isn't there: the peer is given up.</summary>
    private void GiveUpOnSilence()
    {
        if (_outbox.Count == 0)
            return;
        var silence = TimeSpan.FromMilliseconds(Environment.TickCount64 - _unreachableSince);
        if (Uid is not { } uid)
        {
            if (silence < _settings.InitialSystemMessageDeliveryTimeout)
                return;
            _log.Warning("{0} could not be reached for {1:0} s; {2} system messages to it are dropped", _remote, silence.TotalSeconds, _outbox.Count);
            Forget();
            _unreachableSince = Environment.TickCount64;
            _remoting.AddressLost(_remote);
        }
        else if (silence > _settings.QuarantineAfterSilence)
        {
            _remoting.Quarantine(_remote, uid, $"it was silent for {silence.TotalHours:0} h");
            Forget();
        }
    }

    private void Become(int uid)
    {
        bool changed;
        lock (_peerLock)
        {
            changed = _uid is { } known && known != uid;
            _uid = uid;
        }

        if (changed)
            Forget();
    }

    /// <summary>What the peer's last life didn't acknowledge isn't for the next one.</summary>
    private void Forget()
    {
        foreach (var message in _outbox.Reset())
            _remoting.ToDeadLetters(message);
    }

    /// <summary>Messages go to dead letters; system messages are kept, in order.</summary>
    private void DropQueue()
    {
        while (_queue.Reader.TryRead(out var message))
        {
            if (message.IsPing)
                continue;
            // What's meant for a life of the peer that's quarantined won't arrive at its next one either.
            var isLost = _remoting.ShuttingDown.IsCancellationRequested || (Uid is { } uid && IsQuarantined(uid));
            if (message.IsSystemMessage && !isLost)
                Number(message);
            else
                _remoting.ToDeadLetters(message);
        }
    }

    private async Task CloseQuarantinedAsync(FrameChannel connection)
    {
        try
        {
            await SendAsync(connection, FrameKind.Quarantined, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _log.Debug("{0} can't be told that it is quarantined: {1}", _remote, e.Message);
        }

        _queue.Writer.TryWrite(OutboundMessage.Ping);
    }

    private void WarnOfLongQueue()
    {
        if (!_queue.Reader.CanCount || _queue.Reader.Count < _queueWarning)
            return;
        _log.Warning("{0} messages wait to be sent to {1}", _queue.Reader.Count, _remote);
        _queueWarning = _queueWarning > int.MaxValue / 2 ? int.MaxValue : _queueWarning * 2;
    }

    private static ValueTask SendAsync(FrameChannel connection, FrameKind kind, CancellationToken cancellation)
    {
        var frame = new FrameWriter(16);
        frame.Begin(kind);
        frame.End();
        return connection.SendAsync(frame.Written, cancellation);
    }
}

/// <summary>The life of the remote system that answers is barred.</summary>
internal sealed class QuarantinedPeerException(string message) : Exception(message);
