using Akka.Actor;
using Akka.Cluster.Tools.Configuration;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>Stands for the singleton on any node: hands messages to it, wherever it is, and keeps them while it is nowhere.</summary>
public sealed class ClusterSingletonProxy : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ClusterSingletonProxySettings _settings;
    private readonly string[] _singletonPath;
    private readonly Queue<(object Message, IActorRef Sender)> _buffer = new();
    private UniqueAddress? _oldest;
    private IActorRef? _singleton;
    private ICancelable? _identifying;
    private int _identifyNr;

    /// <param name="singletonManagerPath">The manager's path without an address, as /user/captures.</param>
    /// <param name="settings">How the singleton is called, and where it may be.</param>
    public ClusterSingletonProxy(string singletonManagerPath, ClusterSingletonProxySettings settings)
    {
        _settings = settings;
        _singletonPath = [.. singletonManagerPath.Split('/', StringSplitOptions.RemoveEmptyEntries), settings.SingletonName];

        Receive<ClusterEvent.CurrentClusterState>(_ => OnMembers());
        Receive<ClusterEvent.IMemberEvent>(_ => OnMembers());
        Receive<Identifying>(_ => Identify());
        Receive<ActorIdentity>(OnIdentity);
        Receive<Terminated>(m => m.ActorRef.Equals(_singleton), _ => Lost());
        Receive<Terminated>(_ => { });
        ReceiveAny(OnMessage);
    }

    public static Config DefaultConfig() => ToolsConfig.Default();

    public static Props Props(string singletonManagerPath, ClusterSingletonProxySettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonProxy(singletonManagerPath, settings)).WithDeploy(Deploy.Local);

    protected override void PreStart() => _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop()
    {
        _identifying?.Cancel();
        _cluster.Unsubscribe(Self);
    }

    private void OnMembers()
    {
        if (_cluster.IsTerminated)
        {
            return;
        }

        var oldest = SingletonCandidates.Oldest(_cluster.State.Members, _settings.Role)?.UniqueAddress;
        if (oldest != _oldest)
        {
            _oldest = oldest;
            Lost();
        }
    }

    /// <summary>Looks for the singleton anew.</summary>
    private void Lost()
    {
        if (_singleton is not null)
        {
            Context.Unwatch(_singleton);
            _singleton = null;
        }

        _identifying?.Cancel();
        _identifyNr++;
        _identifying = _oldest is null
            ? null
            : Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
                TimeSpan.Zero, _settings.SingletonIdentificationInterval, Self, Identifying.Instance, Self);
    }

    private void Identify()
    {
        if (_singleton is null && _oldest is not null)
        {
            Context.ActorSelection(new RootActorPath(_oldest.Address) / _singletonPath).Tell(new Identify(_identifyNr));
        }
    }

    private void OnIdentity(ActorIdentity identity)
    {
        if (identity.Subject is not { } singleton || !Equals(identity.MessageId, _identifyNr) || _singleton is not null)
        {
            return;
        }

        _log.Info("Singleton identified at [{0}]", singleton.Path);
        _singleton = singleton;
        _identifying?.Cancel();
        Context.Watch(singleton);
        while (_buffer.TryDequeue(out var waiting))
        {
            singleton.Tell(waiting.Message, waiting.Sender);
        }
    }

    private void OnMessage(object message)
    {
        if (_singleton is not null)
        {
            _singleton.Forward(message);
        }
        else if (_settings.BufferSize == 0)
        {
            _log.Debug("Singleton not available and buffering is disabled, dropping message [{0}]", message.GetType());
        }
        else
        {
            if (_buffer.Count == _settings.BufferSize)
            {
                var (dropped, sender) = _buffer.Dequeue();
                _log.Warning("Singleton not available, buffer is full, dropping first message [{0}]", dropped.GetType());
                Context.System.DeadLetters.Tell(new DeadLetter(dropped, sender, Self));
            }

            _buffer.Enqueue((message, Sender));
        }
    }

    private sealed class Identifying : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static readonly Identifying Instance = new();
    }
}
