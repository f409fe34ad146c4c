using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Logging;
using Analyzer.Node.Telemetry;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Retention;

namespace Analyzer.Node.Retention;

/// <summary>Keeps the journals within their limits, each by a child, and tells what is kept: one in the cluster, on the oldest analyzer.</summary>
internal sealed class RetentionActor : ReceiveActor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<IActorRef> _journals;

    public RetentionActor(IReadOnlyList<JournalPlace> places)
    {
        _journals = [.. places.Select(place => Context.ActorOf(JournalKeeper.Props(place), place.Name))];
        Receive<GetJournals>(_ => AllAsync(_journals).PipeTo(Sender, Self));
    }

    public static Props Props(IReadOnlyList<JournalPlace> places) => Akka.Actor.Props.Create(() => new RetentionActor(places));

    private static async Task<JournalsKept> AllAsync(IReadOnlyList<IActorRef> journals) =>
        new() { Journals = { await Task.WhenAll(journals.Select(journal => journal.Ask<JournalKept>(new GetJournals(), Patience))).ConfigureAwait(false) } };
}

/// <summary>Has a journal's pruner do its rounds, one after the other, beside the actors.</summary>
internal sealed class JournalKeeper : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromHours(1);

    private readonly ILogger _log = Context.Log();
    private readonly JournalPruner _pruner;
    private readonly CancellationTokenSource _stop = new();
    private JournalKept _kept;
    private DateTime _unmetSaid;
    private bool _isBusy;

    public JournalKeeper(JournalPlace place)
    {
        _pruner = new JournalPruner(place, TimeProvider.System);
        _kept = _pruner.Kept;
        Receive<RoundDue>(_ => RoundAsync().PipeTo(Self));
        Receive<RoundDone>(OnDone);
        Receive<Status.Failure>(failure => throw failure.Cause);
        Receive<GetJournals>(_ => Sender.Tell(_kept));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(JournalPlace place) => Akka.Actor.Props.Create(() => new JournalKeeper(place));

    protected override void PreStart() => Self.Tell(RoundDue.Instance);

    protected override void PostStop()
    {
        _stop.Cancel();
        if (!_isBusy)
        {
            _pruner.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.PostStop();
    }

    private Task<RoundDone> RoundAsync()
    {
        _isBusy = true;
        var (pruner, stop) = (_pruner, _stop.Token);
        // SQLite's driver doesn't give its thread back.
        return Task.Run(async () =>
        {
            try
            {
                return new RoundDone(await pruner.RoundAsync(stop).ConfigureAwait(false), pruner.Kept);
            }
            finally
            {
                if (stop.IsCancellationRequested)
                {
                    await pruner.DisposeAsync().ConfigureAwait(false);
                }
            }
        });
    }

    private void OnDone(RoundDone done)
    {
        _isBusy = false;
        if (done.Kept.LastError.Length > 0 && done.Kept.LastError != _kept.LastError)
        {
            _log.RetentionFailed(done.Kept.Name, done.Kept.LastError);
        }

        if (done.Kept.Unmet.Length > 0 && DateTime.UtcNow - _unmetSaid > SayAgainAfter)
        {
            _unmetSaid = DateTime.UtcNow;
            _log.RetentionUnmet(done.Kept.Name, done.Kept.Unmet);
        }

        _kept = done.Kept;
        AnalyzerMetrics.Observe(_kept);
        Timers.StartSingleTimer(RoundDue.Instance, RoundDue.Instance, done.Pause < Shortest ? Shortest : done.Pause > Longest ? Longest : done.Pause);
    }

    private sealed record RoundDone(TimeSpan Pause, JournalKept Kept) : INotInfluenceReceiveTimeout, IDeadLetterSuppression;

    private sealed class RoundDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly RoundDue Instance = new();
    }
}
