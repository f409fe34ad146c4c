using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>
/// The transport: listens for other systems, and keeps an <see cref="Association"/> for each address that something is sent to.
/// </summary>
internal sealed class Remoting
{
    private readonly ConcurrentDictionary<Address, Lazy<Association>> _associations = new();
    private readonly ConcurrentDictionary<Peer, SystemMessageInbox> _inboxes = new();
    private readonly ConcurrentDictionary<InboundConnection, Task> _inbound = new();
    private readonly CancellationTokenSource _shuttingDown = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    public Remoting(ExtendedActorSystem system, RemoteActorRefProvider provider)
    {
        System = system;
        Provider = provider;
        Settings = provider.RemoteSettings;
        Uid = AddressUidExtension.Uid(system);
        Log = Logging.GetLogger(system, this);
    }

    public ExtendedActorSystem System { get; }

    public RemoteActorRefProvider Provider { get; }

    public RemoteSettings Settings { get; }

    public ILoggingAdapter Log { get; }

    /// <summary>The number of this life of this system.</summary>
    public int Uid { get; }

    /// <summary>The address that others know this system by; set by <see cref="Start"/>.</summary>
    public Address DefaultAddress { get; private set; } = null!;

    /// <summary>Every address that is this system.</summary>
    public ImmutableHashSet<Address> Addresses { get; private set; } = [];

    public CancellationToken ShuttingDown => _shuttingDown.Token;

    /// <summary>Listens. Afterwards the addresses are known.</summary>
    /// <exception cref="RemoteTransportException">The configured endpoint can't be listened on.</exception>
    public void Start()
    {
        var tcp = Settings.Tcp;
        var host = tcp.Hostname.Length > 0 ? tcp.Hostname : IPAddress.Any.ToString();
        var endpoint = HostNames.Resolve(host, tcp.Port, tcp);
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            listener.Listen(tcp.Backlog);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            var failure = new RemoteTransportException($"Can't listen on {host}:{tcp.Port} (akka.remote.dot-netty.tcp.hostname and port): {e.Message}", e);
            Publish(new RemotingErrorEvent(failure));
            throw failure;
        }

        _listener = listener;
        var bound = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var shown = tcp.PublicHostname.Length > 0 ? tcp.PublicHostname : tcp.Hostname.Length > 0 ? tcp.Hostname : Dns.GetHostName();
        DefaultAddress = new Address($"akka.{tcp.TransportProtocol}", System.Name, shown, tcp.PublicPort > 0 ? tcp.PublicPort : bound);
        Addresses = [DefaultAddress];
        _accepting = Task.Run(AcceptAsync);
        Publish(new RemotingListenEvent([DefaultAddress]));
        if (Settings.LogLifecycleEvents)
            Log.Info("Remoting listens on {0} as {1}", endpoint.Address + ":" + bound, DefaultAddress);
    }

    public Association AssociationWith(Address remote) =>
        _associations.GetOrAdd(remote, static (address, remoting) => new Lazy<Association>(() => new Association(remoting, address)), this).Value;

    /// <summary>The life of the system at the address that was last met; null if none was.</summary>
    public int? UidOf(Address remote) => _associations.TryGetValue(remote, out var association) ? association.Value.Uid : null;

    public void Send(object message, IActorRef? sender, RemoteActorRef recipient) => recipient.Association.Send(new OutboundMessage(message, sender, recipient));

    /// <summary>
    /// Bars one life of a remote system: nothing is sent to it or taken from it any more, and those who watch actors of it
    /// are told that these are gone. Without a uid, nothing is known that could be barred.
    /// </summary>
    public void Quarantine(Address address, int? uid, string reason)
    {
        if (uid is not { } life)
        {
            Log.Warning("{0} should be quarantined ({1}), and its uid isn't known", address, reason);
            return;
        }

        if (Addresses.Contains(address) || !AssociationWith(address).Quarantine(life))
            return;
        Log.Warning("{0} (uid {1}) is quarantined: {2}", address, life, reason);
        Publish(new QuarantinedEvent(address, life));
        _inboxes.TryRemove(new Peer(address, life), out _);
        foreach (var connection in _inbound.Keys)
        {
            if (connection.Peer == new Peer(address, life))
                _ = connection.QuarantineAsync();
        }

        if (AssociationWith(address).Uid == life)
            AddressLost(address);
    }

    /// <summary>Actors at the address are held to be gone.</summary>
    public void AddressLost(Address address) => Provider.RemoteWatcher.Tell(new RemoteWatcher.AddressLost(address), ActorRefs.NoSender);

    /// <summary>Why a system that greets can't come in; null if it can.</summary>
    public string? ReasonToRefuse(Peer from, Address to, out bool quarantined)
    {
        quarantined = false;
        if (!Addresses.Contains(to))
            return $"this is {DefaultAddress}, not {to}";
        quarantined = AssociationWith(from.Address).IsQuarantined(from.Uid);
        return quarantined ? $"{from} is quarantined" : null;
    }

    public void Meet(Peer peer) => AssociationWith(peer.Address).Met(peer.Uid);

    public SystemMessageInbox InboxOf(Peer peer)
    {
        if (_inboxes.TryGetValue(peer, out var known))
            return known;
        // A new life of the system: its earlier ones won't speak again.
        foreach (var earlier in _inboxes.Keys.Where(p => p.Address == peer.Address))
            _inboxes.TryRemove(earlier, out _);
        return _inboxes.GetOrAdd(peer, static _ => new SystemMessageInbox());
    }

    public void ToDeadLetters(in OutboundMessage message)
    {
        if (message.Recipient is { } recipient)
            Provider.DeadLetters.Tell(new DeadLetter(message.Message, message.Sender ?? Provider.DeadLetters, recipient), ActorRefs.NoSender);
    }

    public void Publish(RemotingLifecycleEvent happened) => System.EventStream.Publish(happened);

    /// <summary>Sends what's queued, as far as that goes in <see cref="RemoteSettings.FlushWait"/>, and closes all connections.</summary>
    public async Task ShutdownAsync()
    {
        _listener?.Dispose();
        var flushed = Task.WhenAll(_associations.Values.Select(a => a.Value.ShutdownAsync()));
        try
        {
            await flushed.WaitAsync(Settings.FlushWait).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.Warning("Not everything was sent within {0:0.#} s (akka.remote.flush-wait-on-shutdown)", Settings.FlushWait.TotalSeconds);
        }

        await _shuttingDown.CancelAsync().ConfigureAwait(false);
        await flushed.ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_inbound.Values).ConfigureAwait(false);
        Publish(new RemotingShutdownEvent());
    }

    private async Task AcceptAsync()
    {
        while (!_shuttingDown.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener!.AcceptAsync(_shuttingDown.Token).ConfigureAwait(false);
                Serve(socket);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, say: those who wait to connect are served once there are some again.
                Log.Error(e, "A connection can't be accepted: {0}", e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    private void Serve(Socket socket)
    {
        var connection = new InboundConnection(this, socket);
        var done = new TaskCompletionSource();
        _inbound[connection] = done.Task;
        _ = Task.Run(async () =>
        {
            try
            {
                await connection.RunAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Log.Error(e, "The connection from {0} failed", connection.Peer);
            }
            finally
            {
                _inbound.TryRemove(connection, out _);
                done.SetResult();
            }
        });
    }
}
