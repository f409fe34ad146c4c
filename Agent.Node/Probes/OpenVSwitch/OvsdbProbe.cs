using System.Net.Sockets;
using System.Text.Json.Nodes;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>
/// Follows Open vSwitch's database and changes it for captures. Open vSwitch needn't run: the probe tries again, and takes
/// its part of the graph away while it's gone.
/// </summary>
internal sealed class OvsdbProbe : ReceiveActor, IWithTimers
{
    /// <summary>The probe's name below the topology.</summary>
    public const string Name = "ovsdb";

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(10);

    private readonly ILogger _log = Context.Log();
    private readonly string _socket;
    private readonly IActorRef _topology;
    private readonly CancellationTokenSource _stop = new();
    private OvsdbMonitor? _monitor;
    private OvsTables _tables = OvsTables.Empty;
    private TimeSpan _retry = FirstRetry;
    // What comes of any other one, this actor's own before it restarted too, is late.
    private object? _connection;
    private bool _told;
    private bool _closing;

    /// <param name="socket">Path of the database's unix socket.</param>
    /// <param name="topology">Who is told.</param>
    public static Props Props(string socket, IActorRef topology) => Akka.Actor.Props.Create(() => new OvsdbProbe(socket, topology));

    public OvsdbProbe(string socket, IActorRef topology)
    {
        _socket = socket;
        _topology = topology;
        Disconnected();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Connect();

    protected override void PostStop()
    {
        _stop.Cancel();
        if (_monitor is { } monitor)
        {
            _ = monitor.DisposeAsync().AsTask();
        }
    }

    private void Disconnected()
    {
        Receive<Retry>(_ => Connect());
        Receive<Connected>(connected => connected.Connection == _connection, OnConnected);
        Receive<Connected>(OnLate);
        Receive<Ended>(OnConnectFailed);
        Receive<TablesChanged>(_ => { });
        Receive<Transact>(t => Sender.Tell(new TransactionFailed(t.Id, "Open vSwitch's database isn't reached")));
        Receive<RemoveMarked>(_ => Sender.Tell(Akka.Done.Instance));
        Receive<NamespacesKnown>(_ => { });
    }

    private void Following()
    {
        Receive<TablesChanged>(OnTables);
        Receive<Connected>(OnLate);
        Receive<Ended>(OnEnded);
        Receive<Transact>(OnTransact);
        Receive<RemoveMarked>(_ =>
        {
            _closing = true;
            Remove().PipeTo(Sender, success: () => Akka.Done.Instance);
        });
        Receive<NamespacesKnown>(_ => { });
    }

    private void Connect()
    {
        var (self, connection) = (Self, new object());
        _connection = connection;
        OvsdbMonitor.ConnectAsync(_socket, tables => self.Tell(new TablesChanged(connection, tables)), _stop.Token)
            .PipeTo(self, success: monitor => new Connected(connection, monitor), failure: e => new Ended(connection, e));
    }

    private void OnConnectFailed(Ended ended)
    {
        if (ended.Connection != _connection)
        {
            return;
        }

        if (!_told)
        {
            _told = true;
            _log.OvsNotThere(_socket, Reason(ended.Error), LastRetry.TotalSeconds);
        }

        Timers.StartSingleTimer(Retry.Instance, Retry.Instance, _retry);
        _retry = _retry * 2 < LastRetry ? _retry * 2 : LastRetry;
    }

    private void OnConnected(Connected connected)
    {
        _monitor = connected.Monitor;
        _retry = FirstRetry;
        _told = false;
        _log.OvsConnected(_socket);
        Become(Following);
        _monitor.RunAsync(_stop.Token).PipeTo(Self, failure: e => new Ended(connected.Connection, e));
    }

    private static void OnLate(Connected connected) => _ = connected.Monitor.DisposeAsync().AsTask();

    private void OnTables(TablesChanged changed)
    {
        if (changed.Connection != _connection)
        {
            return;
        }

        _tables = changed.Tables;
        _topology.Tell(new OvsChanged(_tables));
    }

    private void OnEnded(Ended ended)
    {
        if (ended.Connection != _connection)
        {
            return;
        }

        _log.OvsGone(_socket, Reason(ended.Error));
        _ = _monitor!.DisposeAsync().AsTask();
        _monitor = null;
        // What runs may go on without its database: nothing is gone because nobody tells of it.
        _tables = _tables with { StaleSince = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() };
        _topology.Tell(new OvsChanged(_tables));
        _told = true;
        Become(Disconnected);
        Timers.StartSingleTimer(Retry.Instance, Retry.Instance, _retry);
    }

    private void OnTransact(Transact transact)
    {
        if (_closing)
        {
            Sender.Tell(new TransactionFailed(transact.Id, "the agent is stopping"));
            return;
        }

        IReadOnlyList<JsonObject> operations;
        try
        {
            operations = transact.Operations(_tables);
        }
        catch (OvsdbException e)
        {
            Sender.Tell(new TransactionFailed(transact.Id, e.Message));
            return;
        }

        Commit(operations).PipeTo(Sender, success: () => new Transacted(transact.Id), failure: e => new TransactionFailed(transact.Id, e.Message));
    }

    private Task Remove() => Commit([.. BridgeMirror.RemoveAll(_tables), .. BridgeSflow.RemoveAll(_tables)]);

    private async Task Commit(IReadOnlyList<JsonObject> operations)
    {
        if (operations.Count == 0)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(TransactionTimeout);
        await _monitor!.Connection.TransactAsync(operations, patience.Token).ConfigureAwait(false);
    }

    // .NET's word for a unix socket that doesn't exist is about network addresses.
    private string Reason(Exception error) => error switch
    {
        SocketException when !File.Exists(_socket) => "there's no such socket",
        SocketException socket => socket.SocketErrorCode.ToString(),
        _ => error.Message,
    };

    /// <summary>Asks for a change of the database. Answered by <see cref="Transacted"/> or <see cref="TransactionFailed"/>.</summary>
    /// <param name="Id">Comes back with the answer.</param>
    /// <param name="Operations">Made from the tables as they are; none: nothing is to be done.</param>
    internal sealed record Transact(string Id, Func<OvsTables, IReadOnlyList<JsonObject>> Operations);

    internal sealed record Transacted(string Id);

    internal sealed record TransactionFailed(string Id, string Error);

    /// <summary>Asks to remove everything made for captures, and to make nothing more: the agent stops. Answered by Done.</summary>
    internal sealed record RemoveMarked
    {
        public static readonly RemoveMarked Instance = new();
    }

    /// <summary>A connection is there.</summary>
    /// <param name="Connection">Which one: the same object comes with all that it brings.</param>
    /// <param name="Monitor">It.</param>
    internal sealed record Connected(object Connection, OvsdbMonitor Monitor) : IDeadLetterSuppression;

    private sealed record Ended(object Connection, Exception Error) : IDeadLetterSuppression;

    private sealed record TablesChanged(object Connection, OvsTables Tables) : IDeadLetterSuppression;

    private sealed class Retry : IDeadLetterSuppression
    {
        public static readonly Retry Instance = new();
    }
}
