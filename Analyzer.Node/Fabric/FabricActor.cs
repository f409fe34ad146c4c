using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Analyzer.Node.Retention;
using Analyzer.Node.Telemetry;
using Analyzer.Node.Views;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using Topology.Fabric.Links;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;
using FabricLink = Shared.Messages.Topology.FabricLink;

namespace Analyzer.Node.Fabric;

/// <summary>
/// The fabric, a singleton: keeps the links given by the API (event-sourced), evaluates them and the configuration's on the merged
/// graph whenever it changes, and sends what they make to the entity <c>fabric</c>, again until that's stored.
/// </summary>
internal sealed class FabricActor : SnapshottedActor, IWithTimers
{
    /// <summary>How changes of the graph are gathered before the links are evaluated again.</summary>
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan FirstResend = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestResend = TimeSpan.FromSeconds(60);
    private static readonly string Session = Guid.NewGuid().ToString();

    private readonly ILogger _log = Context.Log();
    private readonly FabricSettings _settings;
    private FabricLinksState _state = FabricLinksState.Empty;
    private Graph? _live;
    private Graph? _told;
    private long _sequence;
    private TimeSpan _resendAfter = FirstResend;
    private bool _stored = true;

    public FabricActor(FabricSettings settings)
    {
        _settings = settings;

        RecoverSnapshot<FabricLinkState>(snapshot => _state = FabricLinksState.From(snapshot));
        Recover<FabricLinkCreated>(created => _state = _state.Apply(created));
        Recover<FabricLinkDeleted>(deleted => _state = _state.Apply(deleted));
        Recover<RecoveryCompleted>(_ => settings.View.Tell(new SubscribeToGraph(Self)));

        Command<CreateFabricLink>(OnCreate);
        Command<DeleteFabricLink>(OnDelete);
        Command<GetFabricLinks>(get => InParts.Answer(Context, Sender, Links(get.Uuid)));
        Command<GraphUpdated>(OnGraph);
        Command<EvaluationDue>(_ => Evaluate());
        Command<GraphStored>(OnStored);
        Command<GraphRefused>(OnRefused);
        Command<ResendDue>(_ => Send());
        Command<SaveSnapshotFailure>(failed => _log.FabricSnapshotFailed(failed.Cause.Message));
    }

    public override string PersistenceId => "fabric-links";

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(FabricSettings settings) => Akka.Actor.Props.Create(() => new FabricActor(settings));

    // The actor ends with this; who waits for an answer shouldn't have to wait until patience ends too.
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("fabric");
        Sender.Tell(new FabricLinkRefused { Reason = $"fabric: not stored, the database doesn't take it: {cause.Message}", NotStored = true });
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("fabric");
        Sender.Tell(new FabricLinkRefused { Reason = $"fabric: it can't be stored: {cause.Message}" });
    }

    private void OnCreate(CreateFabricLink create)
    {
        var sender = Sender;
        var (created, existing, refusal) = _state.Decide(create, Guid.NewGuid().ToString(), Now);
        if (created is null)
        {
            sender.Tell((object?)existing ?? refusal!);
            return;
        }

        var storing = AnalyzerMetrics.Store("fabric");
        Persist(created, stored =>
        {
            storing.Done();
            _state = _state.Apply(stored);
            _log.FabricLinkStored(stored.Link.Uuid, stored.Link.Link);
            sender.Tell(stored.Link);
            Changed();
        });
    }

    private void OnDelete(DeleteFabricLink delete)
    {
        var sender = Sender;
        if (_settings.Configured.Any(l => l.Uuid == delete.Uuid))
        {
            sender.Tell(new FabricLinkRefused { Reason = $"fabric link {delete.Uuid} is in the analyzer's configuration: take it away there" });
            return;
        }

        var (deleted, refusal) = _state.Decide(delete, Now);
        if (deleted is null)
        {
            sender.Tell(refusal!);
            return;
        }

        var storing = AnalyzerMetrics.Store("fabric");
        Persist(deleted, stored =>
        {
            storing.Done();
            _state = _state.Apply(stored);
            sender.Tell(stored);
            Changed();
        });
    }

    private void Changed()
    {
        SnapshotAfter(_settings.SnapshotEvery);
        Evaluate();
    }

    private void OnGraph(GraphUpdated updated)
    {
        _live = updated.Graph;
        if (!Timers.IsTimerActive(EvaluationDue.Instance))
        {
            Timers.StartSingleTimer(EvaluationDue.Instance, EvaluationDue.Instance, Debounce);
        }
    }

    private void Evaluate()
    {
        if (_live is null)
        {
            return;
        }

        var links = FabricLinkParser.ParseAll(Links().Links.Select(l => l.Link));
        var fabric = FabricGraph.Evaluate(links, _live, _settings.Origin, Now);
        if (_told is not null && GraphProtocol.Difference(_told, fabric).Count == 0)
        {
            return;
        }

        _told = fabric;
        _sequence++;
        _resendAfter = FirstResend;
        Send();
    }

    private void Send()
    {
        if (_told is null)
        {
            return;
        }

        _stored = false;
        var sync = new SyncGraph { Host = FabricGraph.Host, Session = Session, Sequence = _sequence };
        sync.Nodes.Add(_told.Nodes.Select(n => n.ToMessage()));
        sync.Edges.Add(_told.AllEdges.Select(e => e.ToMessage()));
        _settings.Hosts.Tell(InParts.Of(Context, sync, sync.Host, $"graph-{_sequence}"), Self);
        Timers.StartSingleTimer(ResendDue.Instance, ResendDue.Instance, _resendAfter);
        _resendAfter = TimeSpan.FromTicks(Math.Min(_resendAfter.Ticks * 2, LongestResend.Ticks));
    }

    private void OnStored(GraphStored stored) => Settle(stored.Session, stored.Sequence);

    // The same again would be refused again; the next change makes another one.
    private void OnRefused(GraphRefused refused)
    {
        if (Settle(refused.Session, refused.Sequence))
        {
            _log.FabricRefused(refused.Reason);
        }
    }

    private bool Settle(string session, long sequence)
    {
        if (_stored || session != Session || sequence != _sequence)
        {
            return false;
        }

        _stored = true;
        Timers.Cancel(ResendDue.Instance);
        return true;
    }

    private FabricLinks Links(string uuid = "") =>
        new() { Links = { _settings.Configured.Concat(_state.Links.Values.OrderBy(l => l.CreatedAt)).Where(l => uuid.Length == 0 || l.Uuid == uuid) } };

    protected override object ToSnapshot() => _state.ToMessage();

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private sealed class EvaluationDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly EvaluationDue Instance = new();
    }

    private sealed class ResendDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ResendDue Instance = new();
    }
}

/// <summary>What the fabric works with.</summary>
/// <param name="Configured">The configuration's links, already read once without error.</param>
/// <param name="View">The merged graph.</param>
/// <param name="Hosts">The shard region of the hosts' entities.</param>
/// <param name="Origin">Who makes the fabric's elements: "analyzer.host1".</param>
/// <param name="SnapshotEvery">Events between two snapshots.</param>
internal sealed record FabricSettings(IReadOnlyList<FabricLink> Configured, IActorRef View, IActorRef Hosts, string Origin, int SnapshotEvery)
{
    /// <summary>The configuration's links as the API shows them.</summary>
    public static IReadOnlyList<FabricLink> Configure(IEnumerable<string> links) =>
        [.. links.Select(link => new FabricLink { Uuid = NameUuid.Of("fabric link", link), Link = link, Configured = true })];
}
