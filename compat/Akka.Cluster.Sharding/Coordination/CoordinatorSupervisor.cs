using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>The singleton itself: keeps a coordinator running, which stops when its journal fails.</summary>
internal sealed class CoordinatorSupervisor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Props _coordinator;

    public CoordinatorSupervisor(Props coordinator, TimeSpan backoff)
    {
        _coordinator = coordinator;
        Receive<Terminated>(_ =>
        {
            _log.Warning("Shard coordinator [{0}] has stopped, it is started again in {1}", Self.Path, backoff);
            Timers.StartSingleTimer(nameof(Start), new Start(), backoff);
        });
        Receive<Start>(_ => StartCoordinator());
        ReceiveAny(m => Context.Child("coordinator").Forward(m));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Props coordinator, TimeSpan backoff) =>
        Actor.Props.Create(() => new CoordinatorSupervisor(coordinator, backoff)).WithDeploy(Deploy.Local);

    protected override void PreStart() => StartCoordinator();

    private void StartCoordinator() => Context.Watch(Context.ActorOf(_coordinator, "coordinator"));

    private sealed record Start;
}
