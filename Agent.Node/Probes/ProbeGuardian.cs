using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;

namespace Agent.Node.Probes;

/// <summary>
/// Keeps a probe alive: one that can't start, or fails, is started again, later and later, and the topology is told
/// meanwhile. A probe that stops by itself has nothing to look at any more: then this ends, too.
/// </summary>
internal sealed class ProbeGuardian : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private static readonly TimeSpan LongLife = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = Context.Log();
    private readonly string _name;
    private readonly Props _probe;
    private readonly IActorRef _topology;
    private readonly TimeSpan _firstDelay;
    private readonly TimeSpan _longestDelay;
    private TimeSpan _delay;
    private long _startedAt;
    private string? _error;
    private NamespacesKnown? _known;

    /// <param name="name">What users and logs call the probe.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="topology">Who is told.</param>
    /// <param name="firstDelay">Time before the first new start; it doubles with each.</param>
    /// <param name="longestDelay">Up to this.</param>
    public static Props Props(string name, Props probe, IActorRef topology, TimeSpan? firstDelay = null, TimeSpan? longestDelay = null) =>
        // Not by an expression: Akka compiles its arguments, each time.
        Akka.Actor.Props.Create<ProbeGuardian>(name, probe, topology, firstDelay ?? TimeSpan.FromSeconds(1), longestDelay ?? TimeSpan.FromSeconds(30));

    public ProbeGuardian(string name, Props probe, IActorRef topology, TimeSpan firstDelay, TimeSpan longestDelay)
    {
        _name = name;
        _probe = probe;
        _topology = topology;
        _firstDelay = firstDelay;
        _longestDelay = longestDelay;
        _delay = firstDelay;
        Waiting();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    protected override void PreStart() => Start();

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        _error = (e as ActorInitializationException)?.InnerException?.Message ?? e.Message;
        return Directive.Stop;
    });

    private void Running(IActorRef probe)
    {
        Receive<Terminated>(_ => OnEnded());
        Receive<NamespacesKnown>(known =>
        {
            _known = known;
            probe.Tell(known);
        });
        Receive<StartedWell>(_ => _topology.Tell(new ProbeState(_name, null)));
        ReceiveAny(probe.Forward);
    }

    private void Waiting()
    {
        Receive<StartDue>(_ => Start());
        Receive<NamespacesKnown>(known => _known = known);
        ReceiveAny(_ => Stash.Stash());
    }

    private void Start()
    {
        var wasBroken = _error is not null;
        _error = null;
        _startedAt = Environment.TickCount64;
        var probe = Context.Watch(Context.ActorOf(_probe));
        if (_known is not null)
        {
            probe.Tell(_known);
        }

        if (wasBroken)
        {
            Timers.StartSingleTimer(StartedWell.Instance, StartedWell.Instance, _firstDelay);
        }

        Become(() => Running(probe));
        Stash.UnstashAll();
    }

    private void OnEnded()
    {
        Timers.Cancel(StartedWell.Instance);
        if (_error is null)
        {
            Context.Stop(Self);
            return;
        }

        if (Environment.TickCount64 - _startedAt > LongLife.TotalMilliseconds)
        {
            _delay = _firstDelay;
        }

        _log.ProbeFailed(_name, _error, _delay.TotalSeconds);
        _topology.Tell(new ProbeState(_name, _error));
        Timers.StartSingleTimer(StartDue.Instance, StartDue.Instance, _delay);
        _delay = _delay * 2 < _longestDelay ? _delay * 2 : _longestDelay;
        Become(Waiting);
    }

    private sealed class StartDue : IDeadLetterSuppression
    {
        public static readonly StartDue Instance = new();
    }

    private sealed class StartedWell : IDeadLetterSuppression
    {
        public static readonly StartedWell Instance = new();
    }
}
