using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Analyzer.Node.Retention;
using Analyzer.Node.Telemetry;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Shared.Messages.Logging;

namespace Analyzer.Node.Flows;

/// <summary>What each flows entity is told at its start.</summary>
/// <param name="Limits">What it keeps.</param>
/// <param name="SnapshotEvery">Events between two snapshots.</param>
/// <param name="ExpireEvery">Time between two looks for expired flows.</param>
internal sealed record FlowsEntitySettings(FlowLimits Limits, int SnapshotEvery, TimeSpan ExpireEvery)
{
    /// <summary>How long a query waits for who asked, who is to be heard of at least once a second.</summary>
    public TimeSpan ForgetQueriesAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The plugin that keeps its events; empty: the default one.</summary>
    public string Journal { get; init; } = "";

    /// <summary>The plugin that keeps its snapshots; empty: the default one.</summary>
    public string Snapshots { get; init; } = "";

    /// <summary>Who hands flows on; null: nobody does.</summary>
    public FlowReceiver? Receiver { get; init; }

    /// <summary>Flows a partition keeps unless told otherwise.</summary>
    public const int DefaultMaxFlows = 200_000;

    /// <summary>With the defaults of what isn't configured.</summary>
    public static FlowsEntitySettings Of(TimeSpan retention, int snapshotEvery) =>
        new(new FlowLimits(retention, DefaultMaxFlows), snapshotEvery, TimeSpan.FromSeconds(30));
}

/// <summary>
/// One partition of the flows, event-sourced: every observation of the same packets lands here, whichever host or tunnel saw them.
/// Blocks are gathered for a moment, stored as they came as one event, applied, and acknowledged; a block that can't be read or
/// stored is refused. Meanwhile others are taken, and questions answered.
/// </summary>
internal sealed class FlowsEntity : SnapshottedActor, IWithTimers
{
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(40);

    /// <summary>Bytes of an event that isn't waited longer with.</summary>
    private const int LargeEvent = 128 << 10;

    private readonly ILogger _log = Context.Log();
    private readonly FlowsEntitySettings _settings;
    private readonly int _partition;
    private readonly FlowPartitionState _state;
    private readonly FlowQueries _queries;
    private readonly FlowHandover? _handover;
    private readonly Queue<List<Block>> _storing = [];
    private List<Block> _gathered = [];
    private int _gatheredBytes;

    public FlowsEntity(int partition, FlowsEntitySettings settings)
    {
        _partition = partition;
        _settings = settings;
        _state = new FlowPartitionState(settings.Limits);
        _handover = settings.Receiver is { } receiver ? new FlowHandover(_state.Table, receiver) : null;
        var self = Self;
        _queries = new FlowQueries(partition, query => new FlowScan(query, _state.Table, _state.RawPackets), () => self.Tell(QueryTurn.Instance));
        PersistenceId = $"flows-{partition}";
        (JournalPluginId, SnapshotPluginId) = (settings.Journal, settings.Snapshots);

        RecoverSnapshot<FlowsState>(_state.Apply);
        Recover<FlowsUpdated>(_state.Apply);
        Recover<FlowsExpired>(_state.Apply);
        Recover<RecoveryCompleted>(_ =>
        {
            _handover?.Begin();
            _log.FlowsRecovered(_partition, _state.Count);
        });

        Command<UpdateFlows>(OnUpdate);
        Command<Gathered>(_ => Store());
        Command<QueryFlows>(query => _queries.Start(query, Sender));
        Command<TakeFlows>(take => _queries.Take(take, Sender));
        Command<StopFlows>(_queries.Stop);
        Command<QueryTurn>(_ => _queries.Turn());
        Command<ForgetDue>(_ => _queries.Forget(settings.ForgetQueriesAfter));
        Command<ExpiryDue>(_ => Expire());
        Command<SaveSnapshotFailure>(failed => _log.FlowsSnapshotFailed(_partition, failed.Metadata.SequenceNr, failed.Cause.Message));
    }

    public override string PersistenceId { get; }

    public static Props Props(int partition, FlowsEntitySettings settings) => Akka.Actor.Props.Create(() => new FlowsEntity(partition, settings));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        base.PreStart();
        Timers.StartPeriodicTimer(ExpiryDue.Instance, ExpiryDue.Instance, _settings.ExpireEvery);
        Timers.StartPeriodicTimer(ForgetDue.Instance, ForgetDue.Instance, _settings.ForgetQueriesAfter);
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
        if (@event is FlowsUpdated)
        {
            foreach (var block in _storing.Dequeue())
            {
                Refuse(block.Uplink, block.Update, cause.Message);
            }
        }
    }

    private void OnUpdate(UpdateFlows update)
    {
        FlowRows rows;
        try
        {
            rows = update.Block.IsEmpty ? new FlowRows(1) : FlowBlock.Read(update.Block.Span);
        }
        catch (InvalidDataException e)
        {
            Refuse(Sender, update, e.Message);
            return;
        }

        if (!_state.IsNews(rows, update.RawPackets))
        {
            Sender.Tell(Stored(update));
            rows.GiveBack();
            return;
        }

        _gathered.Add(new Block(Sender, update, rows));
        _gatheredBytes += update.Block.Length + update.RawPackets.Sum(packet => packet.Data.Length);
        if (_gatheredBytes >= LargeEvent)
        {
            Store();
        }
        else if (_gathered.Count == 1)
        {
            Timers.StartSingleTimer(Gathered.Instance, Gathered.Instance, GatherFor);
        }
    }

    private void Store()
    {
        if (_gathered.Count == 0)
        {
            return;
        }

        var blocks = _gathered;
        (_gathered, _gatheredBytes) = ([], 0);
        _storing.Enqueue(blocks);
        var updated = new FlowsUpdated { At = Now };
        updated.Blocks.AddRange(blocks.Where(block => block.Rows.Count > 0).Select(block => block.Update.Block));
        updated.RawPackets.AddRange(blocks.SelectMany(block => block.Update.RawPackets));
        var storing = AnalyzerMetrics.Store("flows");
        PersistAsync(updated, persisted =>
        {
            storing.Done();
            _storing.Dequeue();
            _state.Apply(blocks.Select(block => block.Rows), persisted);
            _handover?.Send();
            AnalyzerMetrics.Count(_partition, blocks.Sum(block => block.Rows.Count), _state.Count);
            foreach (var block in blocks)
            {
                block.Uplink.Tell(Stored(block.Update));
                block.Rows.GiveBack();
            }

            SnapshotAfter(_settings.SnapshotEvery);

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
            _handover?.SendExpired(persisted);
            _state.Apply(persisted);
            _log.FlowsExpired(_partition, persisted.Uuids.Count, _state.Count);
            SnapshotAfter(_settings.SnapshotEvery);
        });
    }

    private void Refuse(IActorRef uplink, UpdateFlows update, string reason) =>
        uplink.Tell(new FlowsRefused { Partition = _partition, Session = update.Session, Sequence = update.Sequence, Reason = reason });

    private FlowsStored Stored(UpdateFlows update) => new() { Partition = _partition, Session = update.Session, Sequence = update.Sequence };

    protected override object ToSnapshot() => _state.ToSnapshot();

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private sealed record Block(IActorRef Uplink, UpdateFlows Update, FlowRows Rows);

    private sealed class ExpiryDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ExpiryDue Instance = new();
    }

    private sealed class QueryTurn : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly QueryTurn Instance = new();
    }

    private sealed class ForgetDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ForgetDue Instance = new();
    }

    private sealed class Gathered : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Gathered Instance = new();
    }
}
