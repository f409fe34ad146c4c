using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Analyzer.Node.Retention;
using Analyzer.Node.Selection;
using Analyzer.Node.Telemetry;
using Analyzer.Node.Topology;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;

namespace Analyzer.Node.Captures;

/// <summary>What the registry works with.</summary>
/// <param name="Selector">Finds the nodes of a capture's query.</param>
/// <param name="FilterError">What libpcap says against a BPF filter; null when it compiles.</param>
/// <param name="TopologyRegion">Takes each host's list to its agent.</param>
/// <param name="Mediator">Tells when the graph changes.</param>
/// <param name="SettleAfter">Time the graph must be still before the queries are evaluated again.</param>
/// <param name="RepeatEvery">Time after which each host gets its list again.</param>
internal sealed record CaptureRegistrySettings(
    INodeSelector Selector, Func<string, string?> FilterError, IActorRef TopologyRegion, IActorRef Mediator, TimeSpan SettleAfter, TimeSpan RepeatEvery)
{
    /// <summary>With the defaults of what isn't configured.</summary>
    public static CaptureRegistrySettings Of(INodeSelector selector, IActorRef topologyRegion, IActorRef mediator) =>
        new(selector, BpfFilters.Error, topologyRegion, mediator, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(10));
}

/// <summary>
/// The cluster's captures, event-sourced (a singleton). It evaluates their queries whenever the graph has changed, and tells each
/// host all that is to run there: on a change, when its agent comes, and every few seconds.
/// </summary>
internal sealed class CaptureRegistry : SnapshottedActor
{
    private const int SnapshotEvery = 200;
    private const string Hosts = "G.V().Has('Type', 'host')";

    private readonly ILogger _log = Context.Log();
    private readonly CaptureRegistrySettings _settings;
    private readonly ICancelable _repeat;
    private CaptureRegistryState _state = CaptureRegistryState.Empty;
    private CapturePlan _told = CapturePlan.Empty;
    private ICancelable? _settle;
    private bool _evaluating;
    private bool _evaluateAgain;
    private bool _repeatAll;

    public CaptureRegistry(CaptureRegistrySettings settings)
    {
        _settings = settings;
        _repeat = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(settings.RepeatEvery, settings.RepeatEvery, Self, RepeatDue.Instance, Self);

        RecoverSnapshot<Shared.Messages.Captures.CaptureRegistryState>(snapshot => _state = CaptureRegistryState.From(snapshot));
        Recover<CaptureCreated>(created => _state = _state.Apply(created));
        Recover<CaptureDeleted>(deleted => _state = _state.Apply(deleted));
        Recover<RecoveryCompleted>(_ => OnRecovered());

        Command<CreateCapture>(OnCreate);
        Command<DeleteCapture>(OnDelete);
        Command<GetCaptures>(get => InParts.Answer(Context, Sender, _state.Answer(get)));
        Command<GraphChanged>(_ => EvaluateWhenSettled());
        Command<SettledDue>(_ => Evaluate());
        Command<RepeatDue>(_ =>
        {
            _repeatAll = true;
            Evaluate();
        });
        Command<Evaluated>(OnEvaluated);
        Command<CaptureRefused>(refused => _log.CapturesNotDelivered(refused.Reason));
        Command<SubscribeAck>(_ => { });
        Command<SaveSnapshotFailure>(failed => _log.CapturesSnapshotFailed(failed.Metadata.SequenceNr, failed.Cause.Message));
    }

    public override string PersistenceId => "captures";

    public static Props Props(CaptureRegistrySettings settings) => Akka.Actor.Props.Create(() => new CaptureRegistry(settings));

    protected override void PostStop()
    {
        _repeat.Cancel();
        _settle?.Cancel();
        base.PostStop();
    }

    // The actor ends with this; who waits for an answer shouldn't have to wait until patience ends too.
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("captures");
        Sender.Tell(new CaptureRefused { Reason = $"captures: not stored, the database doesn't take it: {cause.Message}", NotStored = true });
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("captures");
        Sender.Tell(new CaptureRefused { Reason = $"captures: it can't be stored: {cause.Message}" });
    }

    private void OnRecovered()
    {
        _log.CapturesRegistered(_state.Captures.Count);
        _settings.Mediator.Tell(new Subscribe(HostEntity.ChangesTopic, Self));
        EvaluateWhenSettled();
    }

    private void OnCreate(CreateCapture command)
    {
        var asker = Sender;
        // Asked for again, since the answer was lost.
        if (command.Capture is { Uuid.Length: > 0 } asked && _state.Captures.Find(known => known.Uuid == asked.Uuid) is { } known)
        {
            asker.Tell(known);
            return;
        }

        var (created, refusal) = _state.Decide(command, _settings.FilterError, Guid.NewGuid().ToString(), Now);
        if (created is null)
        {
            asker.Tell(refusal!);
            return;
        }

        // Nobody wants a capture whose query can't be read.
        RunTask(async () =>
        {
            if (await SelectionError(created.Capture.GremlinQuery) is { } error)
            {
                asker.Tell(new CaptureRefused { Reason = $"GremlinQuery: {error}" });
                return;
            }

            var storing = AnalyzerMetrics.Store("captures");
            Persist(created, persisted =>
            {
                storing.Done();
                _state = _state.Apply(persisted);
                _log.CaptureCreated(persisted.Capture.Uuid, persisted.Capture.GremlinQuery);
                asker.Tell(persisted.Capture);
                SnapshotAfter(SnapshotEvery);
                Evaluate();
            });
        });
    }

    private void OnDelete(DeleteCapture command)
    {
        var asker = Sender;
        var (deleted, refusal) = _state.Decide(command, Now);
        if (deleted is null)
        {
            asker.Tell(refusal!);
            return;
        }

        var storing = AnalyzerMetrics.Store("captures");
        Persist(deleted, persisted =>
        {
            storing.Done();
            _state = _state.Apply(persisted);
            _log.CaptureDeleted(persisted.Uuid);
            asker.Tell(persisted);
            SnapshotAfter(SnapshotEvery);
            Evaluate();
        });
    }

    private async Task<string?> SelectionError(string gremlin)
    {
        try
        {
            return _told.NoRoomFor(await _settings.Selector.Select(gremlin));
        }
        catch (NodeSelectionException e)
        {
            return e.Message;
        }
        catch (AskTimeoutException)
        {
            return "the graph's view did not answer; try again.";
        }
    }

    private void EvaluateWhenSettled() =>
        _settle ??= Context.System.Scheduler.ScheduleTellOnceCancelable(_settings.SettleAfter, Self, SettledDue.Instance, Self);

    private void Evaluate()
    {
        _settle?.Cancel();
        _settle = null;
        if (_evaluating)
        {
            _evaluateAgain = true;
            return;
        }

        _evaluating = true;
        Evaluate(_settings.Selector, _state).PipeTo(Self, failure: e => new Evaluated(null, [e.Message]));
    }

    private static async Task<Evaluated> Evaluate(INodeSelector selector, CaptureRegistryState state)
    {
        var hosts = await selector.Select(Hosts).ConfigureAwait(false);
        var selections = new List<CaptureSelection>();
        var errors = new List<string>();
        foreach (var capture in state.Captures)
        {
            try
            {
                selections.Add(new CaptureSelection(capture, await selector.Select(capture.GremlinQuery).ConfigureAwait(false)));
            }
            catch (NodeSelectionException e)
            {
                // It could be read when it was created: an analyzer of another version did. The other captures go on.
                errors.Add($"capture {capture.Uuid}: {e.Message}");
            }
        }

        return new Evaluated(CapturePlan.Make(selections, hosts.Select(host => host.Host)), errors);
    }

    private void OnEvaluated(Evaluated evaluated)
    {
        _evaluating = false;
        foreach (var error in evaluated.Errors)
        {
            _log.CapturesNotEvaluated(error);
        }

        if (evaluated.Plan is { } plan)
        {
            foreach (var list in _repeatAll ? plan.ByHost.Values : plan.ChangedSince(_told))
            {
                _settings.TopologyRegion.Tell(InParts.Of(Context, list, list.Host), Self);
            }

            if (plan.LeftOut > _told.LeftOut)
            {
                _log.CapturesLeftOut(plan.LeftOut, CaptureLimits.MaxOnNode, CaptureLimits.MaxOnHost);
            }

            _told = plan;
            _repeatAll = false;
        }

        if (!_evaluateAgain)
        {
            return;
        }

        _evaluateAgain = false;
        Evaluate();
    }

    protected override object ToSnapshot() => _state.ToSnapshot();

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private sealed record Evaluated(CapturePlan? Plan, IReadOnlyList<string> Errors) : INotInfluenceReceiveTimeout, IDeadLetterSuppression;

    private sealed class SettledDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly SettledDue Instance = new();
    }

    private sealed class RepeatDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly RepeatDue Instance = new();
    }
}
