using System.Threading.Channels;
using Akka.Actor;

namespace Compat.Persistence.Tests.Kit;

/// <summary>An actor that keeps what it's told, for a test to look at in order.</summary>
public sealed class Probe
{
    private readonly Channel<(object Message, IActorRef Sender)> _received = Channel.CreateUnbounded<(object, IActorRef)>();

    public Probe(ActorSystem system) => Ref = system.ActorOf(Props.Create(() => new Receiver(_received.Writer)));

    public IActorRef Ref { get; }

    /// <summary>The next message, which must be of this type.</summary>
    public async Task<T> Expect<T>()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        object message;
        try
        {
            (message, _) = await _received.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No {typeof(T).Name} came within 20 s.");
        }

        return message.ShouldBeAssignableTo<T>()!;
    }

    public async Task Expect<T>(T expected) => (await Expect<T>()).ShouldBe(expected);

    private sealed class Receiver : UntypedActor
    {
        private readonly ChannelWriter<(object, IActorRef)> _received;

        public Receiver(ChannelWriter<(object, IActorRef)> received) => _received = received;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Watch watch:
                    Context.Watch(watch.Actor);
                    Sender.Tell(watch);
                    break;
                default:
                    _received.TryWrite((message, Sender));
                    break;
            }
        }
    }

    internal sealed record Watch(IActorRef Actor);

    /// <summary>From now on the end of this actor comes as a <see cref="Terminated"/>.</summary>
    public Task WatchFor(IActorRef actor) => Ref.Ask<Watch>(new Watch(actor), TimeSpan.FromSeconds(20));
}
