using System.Net.WebSockets;
using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Views;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http;

/// <summary>
/// One page's WebSocket: the whole graph, then what changed, at most ten times a second. While a slow page takes one message the
/// changes gather, so what waits for it is bounded by the graph.
/// </summary>
internal sealed class GraphSocket : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan BatchEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(10);

    /// <summary>For a page to take a message; the message is in memory until then.</summary>
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(30);

    private readonly WebSocket _socket;
    private readonly TaskCompletionSource _ended;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _gone;
    private readonly PageGraph _page = new();
    private bool _sending;
    private bool _aliveDue;

    public GraphSocket(WebSocket socket, IActorRef view, TaskCompletionSource ended, CancellationToken gone)
    {
        _socket = socket;
        _ended = ended;
        var self = Self;
        _gone = gone.Register(() => self.Tell(PoisonPill.Instance));
        Context.Watch(view);
        view.Tell(new SubscribeToGraph(Self));

        Receive<GraphUpdated>(OnUpdated);
        Receive<BatchDue>(_ => Flush());
        Receive<AliveDue>(_ =>
        {
            _aliveDue = true;
            Flush();
        });
        Receive<SendOverdue>(_ =>
        {
            ListenerMetrics.CountRefused("ws", "slow");
            Context.Stop(Self);
        });
        Receive<Sent>(_ =>
        {
            _sending = false;
            Timers.Cancel(SendOverdue.Instance);
            Flush();
        });
        Receive<Status.Failure>(_ => Context.Stop(Self));
        // A page that goes on would show a map that stands still.
        Receive<Terminated>(_ => Context.Stop(Self));
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
        _page.Take(updated.Graph, updated.Changes);
        if (!_page.HasSnapshot)
        {
            Flush();
        }
        else if (!Timers.IsTimerActive(BatchDue.Instance))
        {
            Timers.StartSingleTimer(BatchDue.Instance, BatchDue.Instance, BatchEvery);
        }
    }

    private void Flush()
    {
        if (_sending || (_page.Next() ?? (_aliveDue ? PageGraph.Alive() : null)) is not { } message)
        {
            return;
        }

        _aliveDue = false;
        _sending = true;
        Timers.StartSingleTimer(SendOverdue.Instance, SendOverdue.Instance, SendPatience);
        _socket.SendAsync(message.WrittenMemory, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, _stop.Token).AsTask()
            .PipeTo(Self, success: () => Sent.Instance);
    }

    private sealed class BatchDue : IDeadLetterSuppression
    {
        public static readonly BatchDue Instance = new();
    }

    private sealed class AliveDue : IDeadLetterSuppression
    {
        public static readonly AliveDue Instance = new();
    }

    private sealed class SendOverdue : IDeadLetterSuppression
    {
        public static readonly SendOverdue Instance = new();
    }

    private sealed class Sent : IDeadLetterSuppression
    {
        public static readonly Sent Instance = new();
    }
}
