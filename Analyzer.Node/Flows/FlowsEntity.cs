using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Analyzer.Node.Telemetry;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Shared.Messages.Logging;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Flows;

/// <summary>What each flows entity is told at its start.</summary>
/// <param name="Limits">What it keeps.</param>
/// <param name="SnapshotEvery">Events between two snapshots.</param>
/// <param name="ExpireEvery">Time between two looks for expired flows.</param>
internal sealed record FlowsEntitySettings(FlowLimits Limits, int SnapshotEvery, TimeSpan ExpireEvery)
{
    /// <summary>Flows a partition keeps unless told otherwise.</summary>
    public const int DefaultMaxFlows = 200_000;

    /// <summary>With the defaults of what isn't configured.</summary>
    public static FlowsEntitySettings Of(TimeSpan retention, int snapshotEvery) =>
        new(new FlowLimits(retention, DefaultMaxFlows), snapshotEvery, TimeSpan.FromSeconds(30));
}

/// <summary>
/// One partition of the flows, event-sourced: every observation of the same packets lands here, whichever host or tunnel saw them.
/// An update is acknowledged when its event is stored, and refused when it can't be.
/// </summary>
internal sealed class FlowsEntity : ReceivePersistentActor
{
    private readonly ILogger _log = Context.Log();
    private readonly FlowsEntitySettings _settings;
    private readonly int _partition;
    private readonly FlowPartitionState _state;
    private readonly ICancelable _expiry;
    private UpdateFlows? _storing;

    public FlowsEntity(int partition, FlowsEntitySettings settings)
    {
        _partition = partition;
        _settings = settings;
        _state = new FlowPartitionState(settings.Limits);
        PersistenceId = $"flows-{partition}";
        _expiry = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(settings.ExpireEvery, settings.ExpireEvery, Self, ExpiryDue.Instance, Self);

        Recover<SnapshotOffer>(offer => _state.Apply((FlowsState)offer.Snapshot));
        Recover<FlowsUpdated>(_state.Apply);
        Recover<FlowsExpired>(_state.Apply);
        Recover<RecoveryCompleted>(_ => _log.FlowsRecovered(_partition, _state.Count));

        Command<UpdateFlows>(OnUpdate);
        Command<GetFlows>(query =>
        {
            using var span = Traces.Start("flows query", query.TraceParent)?.SetTag("skydive.partition", _partition);
            Sender.Tell(_state.Find(query));
        });
        Command<GetRawPackets>(query => Sender.Tell(_state.Find(query)));
        Command<ExpiryDue>(_ => Expire());
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<SaveSnapshotFailure>(failed => _log.FlowsSnapshotFailed(_partition, failed.Metadata.SequenceNr, failed.Cause.Message));
        Command<DeleteSnapshotsSuccess>(_ => { });
    }

    public override string PersistenceId { get; }

    public static Props Props(int partition, FlowsEntitySettings settings) => Akka.Actor.Props.Create(() => new FlowsEntity(partition, settings));

    protected override void PostStop()
    {
        _expiry.Cancel();
        base.PostStop();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("flows");
    }

    // Who sent it would send it again and again, and nothing behind it would ever come.
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("flows");
        if (@event is FlowsUpdated && _storing is { } update)
        {
            Sender.Tell(new FlowsRefused { Partition = _partition, Session = update.Session, Sequence = update.Sequence, Reason = cause.Message });
        }
    }

    private void OnUpdate(UpdateFlows update)
    {
        var uplink = Sender;
        var stored = new FlowsStored { Partition = _partition, Session = update.Session, Sequence = update.Sequence };
        if (_state.Decide(update, Now) is not { } updated)
        {
            uplink.Tell(stored);
            return;
        }

        _storing = update;
        var storing = AnalyzerMetrics.Store("flows");
        Persist(updated, persisted =>
        {
            storing.Done();
            _state.Apply(persisted);
            AnalyzerMetrics.Count(_partition, update.Flows.Count, _state.Count);
            uplink.Tell(stored);
            SnapshotWhenDue();

            // Some slack, so that a full partition doesn't look for its oldest flows at every update.
            if (_state.Count > _settings.Limits.MaxFlows + _settings.Limits.MaxFlows / 20)
            {
                Expire();
            }
        });
    }

    private void Expire()
    {
        if (_state.DecideExpiry(Now) is not { } expired)
        {
            return;
        }

        var storing = AnalyzerMetrics.Store("flows");
        Persist(expired, persisted =>
        {
            storing.Done();
            _state.Apply(persisted);
            _log.FlowsExpired(_partition, persisted.Uuids.Count, _state.Count);
            SnapshotWhenDue();
        });
    }

    private void SnapshotWhenDue()
    {
        if (LastSequenceNr % _settings.SnapshotEvery == 0)
        {
            SaveSnapshot(_state.ToSnapshot());
        }
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private sealed class ExpiryDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ExpiryDue Instance = new();
    }
}
