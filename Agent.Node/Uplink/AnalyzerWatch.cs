using System.Diagnostics;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;

namespace Agent.Node.Uplink;

/// <summary>
/// Tells when this node has been in a cluster without an analyzer that's up and reachable for too long: the analyzers were
/// restarted and have a cluster of their own, which only a new start of this node's actor system joins.
/// </summary>
internal sealed class AnalyzerWatch : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = Context.Log();
    private readonly TimeSpan _patience;
    private readonly Action _alone;
    private long? _since;

    /// <param name="patience">How long without an analyzer is too long.</param>
    /// <param name="alone">Called then, once.</param>
    public static Props Props(TimeSpan patience, Action alone) => Akka.Actor.Props.Create(() => new AnalyzerWatch(patience, alone));

    public AnalyzerWatch(TimeSpan patience, Action alone)
    {
        _patience = patience;
        _alone = alone;
        Receive<Look>(_ => OnLook());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Instance, Look.Instance, LookEvery);

    private void OnLook()
    {
        var state = Cluster.Get(Context.System).State;
        var joined = !state.Members.IsEmpty;
        if (!joined || state.Members.Any(m => m.Status == MemberStatus.Up && m.HasRole(NodeHosting.AnalyzerRole) && !state.Unreachable.Contains(m)))
        {
            _since = null;
            return;
        }

        _since ??= Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_since.Value) >= _patience)
        {
            _log.NoAnalyzer(_patience.TotalSeconds);
            Timers.CancelAll();
            _alone();
        }
    }

    private sealed class Look : IDeadLetterSuppression
    {
        public static readonly Look Instance = new();
    }
}
