using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Parts;

namespace Analyzer.Node.Host;

/// <summary>
/// Keeps an event-sourced singleton alive: one whose journal can't be reached stops, and is started again, later and later, until
/// the journal answers. Meanwhile whoever asks is told so at once.
/// </summary>
internal sealed class SingletonGuardian : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongLife = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = Context.Log();
    private readonly Props _props;
    private readonly string _name;
    private IActorRef? _child;
    private TimeSpan _delay = FirstDelay;
    private DateTime _started;

    public SingletonGuardian(Props props, string name)
    {
        _props = props;
        _name = name;
        Receive<Terminated>(_ => OnEnded());
        Receive<StartDue>(_ => Start());
        ReceiveAny(OnMessage);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="props">The singleton.</param>
    /// <param name="name">What users and logs call it.</param>
    public static Props Props(Props props, string name) => Akka.Actor.Props.Create(() => new SingletonGuardian(props, name));

    protected override void PreStart() => Start();

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    private void Start()
    {
        _started = DateTime.UtcNow;
        _child = Context.Watch(Context.ActorOf(_props));
    }

    private void OnEnded()
    {
        _child = null;
        _delay = DateTime.UtcNow - _started > LongLife ? FirstDelay : _delay;
        _log.SingletonEnded(_name, _delay.TotalSeconds);
        Timers.StartSingleTimer(StartDue.Instance, StartDue.Instance, _delay);
        _delay = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, LongestDelay.Ticks));
    }

    private void OnMessage(object message)
    {
        if (_child is not null)
        {
            _child.Forward(message);
        }
        else
        {
            Sender.Tell(new NotReady { Reason = $"{_name}: not there, its journal didn't answer; it's tried again every few seconds" });
        }
    }

    private sealed class StartDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly StartDue Instance = new();
    }
}
