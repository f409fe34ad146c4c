using System.Net.WebSockets;
using Akka.Actor;
using Analyzer.Node.Http.Access;
using Shared.Messages.Security;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http;

/// <summary>GET /ws: the live graph for pages.</summary>
internal sealed class SocketApi(AnalyzerServices services, Logins logins, int most, CancellationToken stopping)
{
    private static readonly TimeSpan LookAgainEvery = TimeSpan.FromSeconds(10);

    private int _open;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/ws", ServeAsync);

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "not-a-websocket", "/ws is for WebSockets", "/ws");
        }

        try
        {
            if (Interlocked.Increment(ref _open) > most)
            {
                ListenerMetrics.CountRefused("ws", "sockets");
                throw ApiException.Unavailable("as many pages as there may be (skydive.analyzer.http.max-sockets) have their sockets open");
            }

            await AcceptAsync(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task AcceptAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        services.Gateway.Tell(new Gateway.ServeSocket(socket, ended, gone.Token));
        await Task.WhenAny(ReadToTheEndAsync(socket, gone.Token), ended.Task, UntilLoggedOutAsync(context, gone.Token)).ConfigureAwait(false);

        // The actor must be through with the socket before it's disposed. Aborting frees it from a send that hangs.
        await gone.CancelAsync().ConfigureAwait(false);
        socket.Abort();
        await Task.WhenAny(ended.Task, Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None)).ConfigureAwait(false);
    }

    // A socket may outlive what let it in.
    private async Task UntilLoggedOutAsync(HttpContext context, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookAgainEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false) && logins.IsStillKnown(context.Caller()!, WhoAsks.TokenOf(context.Request)))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
    }

    // Pages say nothing, but only reading tells when one is gone.
    private static async Task ReadToTheEndAsync(WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), stop).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The page went without a word, or the analyzer stops: either way this socket is over.
        }
    }
}
