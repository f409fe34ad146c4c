using System.Threading.Channels;
using Akka.Actor;

namespace Compat.Remote.Tests;

/// <summary>An actor whose messages a test awaits, with their senders.</summary>
public sealed class Probe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Channel<(object Message, IActorRef Sender)> _received = Channel.CreateUnbounded<(object, IActorRef)>();

    public Probe(ActorSystem system, string? name = null) => Ref = system.ActorOf(Props.Create(() => new Recorder(_received.Writer)), name);

    public IActorRef Ref { get; }

    public IActorRef LastSender { get; private set; } = ActorRefs.Nobody;

    /// <summary>The next message, which has to be of the type.</summary>
    public async Task<T> ExpectAsync<T>()
    {
        using var timeout = new CancellationTokenSource(s_patience);
        var (message, sender) = await _received.Reader.ReadAsync(timeout.Token);
        LastSender = sender;
        return message.ShouldBeAssignableTo<T>()!;
    }

    /// <summary>The next message of the type; others before it are passed over.</summary>
    public async Task<T> FishAsync<T>(Func<T, bool>? wanted = null)
    {
        using var timeout = new CancellationTokenSource(s_patience);
        while (true)
        {
            var (message, sender) = await _received.Reader.ReadAsync(timeout.Token);
            LastSender = sender;
            if (message is T found && (wanted is null || wanted(found)))
                return found;
        }
    }

    public void Watch(IActorRef subject) => Ref.Tell(new WatchThis(subject));

    public void Unwatch(IActorRef subject) => Ref.Tell(new UnwatchThis(subject));

    private sealed record WatchThis(IActorRef Subject) : INoSerializationVerificationNeeded;

    private sealed record UnwatchThis(IActorRef Subject) : INoSerializationVerificationNeeded;

    private sealed class Recorder : UntypedActor
    {
        private readonly ChannelWriter<(object, IActorRef)> _received;

        public Recorder(ChannelWriter<(object, IActorRef)> received) => _received = received;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case WatchThis watch:
                    Context.Watch(watch.Subject);
                    break;
                case UnwatchThis unwatch:
                    Context.Unwatch(unwatch.Subject);
                    break;
                default:
                    _received.TryWrite((message, Sender));
                    break;
            }
        }
    }
}
