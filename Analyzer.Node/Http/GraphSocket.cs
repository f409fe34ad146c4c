using System.Net.WebSockets;
using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Analyzer.Node.Http;

/// <summary>
/// One page's WebSocket: the whole graph, then what changed, at most ten times a second. While a slow page takes one message the
/// changes gather as a set of ids, so what waits for it is bounded by the graph.
/// </summary>
internal sealed class GraphSocket : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan BatchEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(10);

    private readonly WebSocket _socket;
    private readonly TaskCompletionSource _ended;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _gone;
    private readonly HashSet<string> _touchedNodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touchedEdges = new(StringComparer.Ordinal);
    private Graph? _told;
    private Graph _current = Graph.Empty;
    private bool _sending;
    private bool _aliveDue;

    public GraphSocket(WebSocket socket, IActorRef view, TaskCompletionSource ended, CancellationToken gone)
    {
        _socket = socket;
        _ended = ended;
        var self = Self;
        _gone = gone.Register(() => self.Tell(PoisonPill.Instance));
        view.Tell(new SubscribeToGraph(Self));

        Receive<GraphUpdated>(OnUpdated);
        Receive<BatchDue>(_ => Flush());
        Receive<AliveDue>(_ =>
        {
            _aliveDue = true;
            Flush();
        });
        Receive<Sent>(_ =>
        {
            _sending = false;
            Flush();
        });
        Receive<Status.Failure>(_ => Context.Stop(Self));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="socket">The accepted socket.</param>
    /// <param name="view">The graph.</param>
    /// <param name="ended">Completed when this actor ended and no longer uses the socket.</param>
    /// <param name="gone">Cancelled when the page went.</param>
    public static Props Props(WebSocket socket, IActorRef view, TaskCompletionSource ended, CancellationToken gone) =>
        Akka.Actor.Props.Create(() => new GraphSocket(socket, view, ended, gone));

    protected override void PreStart() => Timers.StartPeriodicTimer(AliveDue.Instance, AliveDue.Instance, AliveEvery);

    protected override void PostStop()
    {
        _gone.Unregister();
        _stop.Cancel();
        _stop.Dispose();
        _ended.TrySetResult();
    }

    private void OnUpdated(GraphUpdated updated)
    {
        foreach (var change in updated.Changes)
            Touch(change, updated.Graph);
        _current = updated.Graph;
        if (_told is null)
            Flush();
        else if (!Timers.IsTimerActive(BatchDue.Instance))
            Timers.StartSingleTimer(BatchDue.Instance, BatchDue.Instance, BatchEvery);
    }

    private void Touch(GraphChange change, Graph graph)
    {
        switch (change.ChangeCase)
        {
            case GraphChange.ChangeOneofCase.NodeSet:
                _touchedNodes.Add(change.NodeSet.Id);
                // Edges that waited for this node show now.
                if (_current.Node(change.NodeSet.Id) is null)
                    _touchedEdges.UnionWith(graph.EdgesOf(change.NodeSet.Id).Select(e => e.Id));
                break;
            case GraphChange.ChangeOneofCase.NodeDeleted:
                _touchedNodes.Add(change.NodeDeleted);
                _touchedEdges.UnionWith(_current.EdgesOf(change.NodeDeleted).Select(e => e.Id));
                break;
            case GraphChange.ChangeOneofCase.EdgeSet:
                _touchedEdges.Add(change.EdgeSet.Id);
                break;
            case GraphChange.ChangeOneofCase.EdgeDeleted:
                _touchedEdges.Add(change.EdgeDeleted);
                break;
        }
    }

    private void Flush()
    {
        if (_sending)
            return;
        if (_told is null)
            Send(WriteSnapshot);
        else if (_touchedNodes.Count + _touchedEdges.Count > 0)
            Send(WriteChanges);
        else if (_aliveDue)
            Send(WriteAlive);
    }

    private void Send(Action<Utf8JsonWriter> write)
    {
        var message = JsonAnswer.ToBytes(write).WrittenMemory;
        _told = _current;
        _touchedNodes.Clear();
        _touchedEdges.Clear();
        _aliveDue = false;
        _sending = true;
        _socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, _stop.Token).AsTask()
            .PipeTo(Self, success: () => Sent.Instance);
    }

    private void WriteSnapshot(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "snapshot");
        json.WriteStartArray("nodes"u8);
        foreach (var node in _current.Nodes)
            GraphJson.Write(json, node);
        json.WriteEndArray();
        json.WriteStartArray("edges"u8);
        foreach (var edge in _current.Edges)
            GraphJson.Write(json, edge);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteChanges(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "changes");
        json.WriteStartArray("changes"u8);
        foreach (var id in _touchedEdges.Where(id => _current.Edge(id) is null))
            WriteDeleted(json, "edgeDeleted", id);
        foreach (var id in _touchedNodes)
        {
            if (_current.Node(id) is { } node)
                WriteSet(json, "node", j => GraphJson.Write(j, node));
            else
                WriteDeleted(json, "nodeDeleted", id);
        }

        foreach (var edge in _touchedEdges.Select(_current.Edge).OfType<Edge>())
            WriteSet(json, "edge", j => GraphJson.Write(j, edge));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAlive(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "alive");
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, string what, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, what);
        json.WritePropertyName(what);
        write(json);
        json.WriteEndObject();
    }

    private static void WriteDeleted(Utf8JsonWriter json, string what, string id)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, what);
        json.WriteString("id"u8, id);
        json.WriteEndObject();
    }

    private sealed class BatchDue : IDeadLetterSuppression
    {
        public static readonly BatchDue Instance = new();
    }

    private sealed class AliveDue : IDeadLetterSuppression
    {
        public static readonly AliveDue Instance = new();
    }

    private sealed class Sent : IDeadLetterSuppression
    {
        public static readonly Sent Instance = new();
    }
}
