using System.Net.WebSockets;
using Akka.Actor;

namespace Analyzer.Node.Http;

/// <summary>The gateway's actor: parent of all pages' sockets. A socket that fails ends; its page connects anew.</summary>
internal sealed class Gateway : ReceiveActor
{
    public Gateway(IActorRef view) =>
        Receive<ServeSocket>(serve => Context.ActorOf(GraphSocket.Props(serve.Socket, view, serve.Ended, serve.Gone)));

    public static Props Props(IActorRef view) => Akka.Actor.Props.Create(() => new Gateway(view));

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    /// <summary>Serves a page's socket until it or the page ends.</summary>
    /// <param name="Socket">The accepted socket.</param>
    /// <param name="Ended">Completed when the socket is no longer used.</param>
    /// <param name="Gone">Cancelled when the page went.</param>
    internal sealed record ServeSocket(WebSocket Socket, TaskCompletionSource Ended, CancellationToken Gone);
}
