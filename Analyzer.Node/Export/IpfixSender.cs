using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Analyzer.Node.Logging;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Export;

/// <summary>Sends a target's messages for as long as it's asked to, whatever becomes of the target.</summary>
internal sealed class IpfixSender(IpfixTarget target, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PaceEvery = TimeSpan.FromMilliseconds(1);

    private readonly IReadOnlyList<IpfixMessage> _templates = IpfixMessage.Templates(target.MessageSize);
    private readonly DatagramPace _pace = new(target.DatagramRate);
    private IpfixMessage? _unsent;

    /// <summary>Nobody listened to the templates that were sent last by UDP.</summary>
    private bool _isAlone;
    private uint _sequence;

    /// <summary>Sends until it's stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await ConnectAsync(stop).ConfigureAwait(false);
                log.ExportConnected(target.Address.ToString());
                (target.State, pause) = ("sending", FirstPause);
                await (target.Address.IsTcp ? SendStreamAsync(socket, stop) : SendDatagramsAsync(socket, stop)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or TimeoutException)
            {
                target.State = e.Message;
                log.ExportFailed(target.Address.ToString(), e.Message, pause.TotalSeconds);
                await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken stop)
    {
        var address = target.Address;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(ConnectPatience);
        var found = IPAddress.TryParse(address.Host, out var ip) ? [ip] : await Dns.GetHostAddressesAsync(address.Host, patience.Token).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (var candidate in found)
        {
            var socket = new Socket(candidate.AddressFamily, address.IsTcp ? SocketType.Stream : SocketType.Dgram, address.IsTcp ? ProtocolType.Tcp : ProtocolType.Udp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(candidate, address.Port), patience.Token).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failure = e;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                socket.Dispose();
                failure = new SocketException((int)SocketError.TimedOut);
                break;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    // A connection is a session: it begins with its templates and counts from 0 (RFC 7011, 8 and 10.4).
    private async Task SendStreamAsync(Socket socket, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ended = WaitForEndAsync(socket, ends);
        try
        {
            _sequence = 0;
            foreach (var message in _templates)
            {
                await SendWholeAsync(socket, message, ends.Token).ConfigureAwait(false);
            }

            while (true)
            {
                _unsent ??= await target.Queue.ReadAsync(ends.Token).ConfigureAwait(false);
                await SendWholeAsync(socket, _unsent.Value, ends.Token).ConfigureAwait(false);
                Sent(_unsent.Value);
                _unsent = null;
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
        finally
        {
            await ends.CancelAsync().ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
    }

    /// <summary>A receiver says nothing: what can be read is the connection's end.</summary>
    private static async Task WaitForEndAsync(Socket socket, CancellationTokenSource ends)
    {
        try
        {
            var nothing = new byte[256];
            while (await socket.ReceiveAsync(nothing, SocketFlags.None, ends.Token).ConfigureAwait(false) > 0)
            {
            }

            await ends.CancelAsync().ConfigureAwait(false);
        }
        catch (SocketException)
        {
            await ends.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows.
        }
    }

    private async Task SendWholeAsync(Socket socket, IpfixMessage message, CancellationToken stop)
    {
        message.Seal(_sequence, target.Domain);
        var rest = message.Bytes.AsMemory(0, message.Length);
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, stop).ConfigureAwait(false)..];
        }
    }

    private async Task SendDatagramsAsync(Socket socket, CancellationToken stop)
    {
        using var refresh = new PeriodicTimer(target.TemplateRefresh);
        Task<bool>? due = null;
        Task<bool>? more = null;
        while (true)
        {
            if (due is null or { IsCompleted: true })
            {
                due = refresh.WaitForNextTickAsync(stop).AsTask();
                await SendTemplatesAsync(socket, stop).ConfigureAwait(false);
            }

            more ??= target.Queue.WaitToReadAsync(stop).AsTask();
            await (await Task.WhenAny(more, due).ConfigureAwait(false)).ConfigureAwait(false);
            if (more.IsCompleted)
            {
                more = null;
                while (!due.IsCompleted && target.Queue.TryRead(out var message))
                {
                    await SendDatagramAsync(socket, message, stop).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<bool> SendTemplatesAsync(Socket socket, CancellationToken stop)
    {
        var all = true;
        foreach (var message in _templates)
        {
            all &= await TrySendAsync(socket, message, stop).ConfigureAwait(false);
        }

        return all;
    }

    private async Task SendDatagramAsync(Socket socket, IpfixMessage message, CancellationToken stop)
    {
        // Nobody listened to what was sent before: who does from now on needs the templates. Where these find nobody either, the
        // message wouldn't.
        if (_isAlone || !await TrySendAsync(socket, message, stop).ConfigureAwait(false))
        {
            _isAlone = !await SendTemplatesAsync(socket, stop).ConfigureAwait(false) || !await TrySendAsync(socket, message, stop).ConfigureAwait(false);
            if (_isAlone)
            {
                target.CountDropped(message.Records);
                message.GiveBack();
                return;
            }
        }
        else
        {
            target.State = "sending";
        }

        Sent(message);
    }

    private async Task<bool> TrySendAsync(Socket socket, IpfixMessage message, CancellationToken stop)
    {
        while (!_pace.TryTake(Stopwatch.GetElapsedTime(0)))
        {
            await Task.Delay(PaceEvery, stop).ConfigureAwait(false);
        }

        message.Seal(_sequence, target.Domain);
        try
        {
            await socket.SendAsync(message.Bytes.AsMemory(0, message.Length), SocketFlags.None, stop).ConfigureAwait(false);
            return true;
        }
        catch (SocketException e)
        {
            target.State = e.Message;
            return false;
        }
    }

    private void Sent(IpfixMessage message)
    {
        _sequence = unchecked(_sequence + (uint)message.Records);
        target.CountSent(message.Records);
        message.GiveBack();
    }
}
