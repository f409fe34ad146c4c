using System.Collections.Concurrent;
using Akka.Actor;

namespace Compat.Cluster.Tests;

/// <summary>Keeps all messages it gets; watches what it is told to.</summary>
internal sealed class Collector : ReceiveActor
{
    public Collector(ConcurrentQueue<object> received)
    {
        Receive<WatchIt>(m =>
        {
            Context.Watch(m.Ref);
            Sender.Tell("watching");
        });
        ReceiveAny(received.Enqueue);
    }

    public sealed record WatchIt(IActorRef Ref);
}

/// <summary>A collector in a system, and what it has got.</summary>
internal sealed class Inbox
{
    private readonly ConcurrentQueue<object> _received = new();

    public Inbox(ActorSystem system) => Ref = system.ActorOf(Props.Create(() => new Collector(_received)));

    public IActorRef Ref { get; }

    public IReadOnlyCollection<object> Received => _received;

    public Task Watch(IActorRef actor) => Ref.Ask<string>(new Collector.WatchIt(actor), Eventually.Patience);

    public Task Gets<T>(Func<T, bool> which, string what) => Eventually.True(
        () => Received.OfType<T>().Any(which),
        () => $"{what}; got [{string.Join(", ", Received)}]");
}
