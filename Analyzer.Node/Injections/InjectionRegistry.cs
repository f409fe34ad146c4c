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
using Shared.Messages.Configuration;
using Shared.Messages.Injections;
using Shared.Messages.Logging;
using Shared.Messages.Parts;
using Shared.Messages.Topology;

namespace Analyzer.Node.Injections;

/// <summary>What the registry works with.</summary>
/// <param name="Selector">Finds the nodes of Src and Dst.</param>
/// <param name="TopologyRegion">Takes commands to the source's agent.</param>
/// <param name="Mediator">Tells when the graph changes.</param>
/// <param name="Keep">What of those that are over is kept.</param>
internal sealed record InjectionRegistrySettings(INodeSelector Selector, IActorRef TopologyRegion, IActorRef Mediator, InjectionOptions Keep);

/// <summary>
/// The cluster's packet injections, event-sourced (a singleton): resolves their nodes to addresses, starts them on the source's
/// agent, and keeps what became of them. Orders are said again until they're answered, and who does an injection is asked how it is until
/// it's over. Only the agent that was there when it was ordered may start it, and once: after a restart of this registry none is started.
/// </summary>
internal sealed class InjectionRegistry : SnapshottedActor, IWithTimers
{
    private const int SnapshotEvery = 200;
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How often an agent is looked for, and one that doesn't answer is told to stop.</summary>
    private const int MostTries = 20;

    private readonly ILogger _log = Context.Log();
    private readonly InjectionRegistrySettings _settings;
    // Those to be started, by their ids: whose agent isn't known yet, and how often it was asked for.
    private readonly Dictionary<string, int> _ordered = new(StringComparer.Ordinal);
    // Those started since this registry runs, and the session of the agent that may do so.
    private readonly Dictionary<string, string> _sessions = new(StringComparer.Ordinal);
    // Those to be stopped, on which hosts, and how often it was said.
    private readonly Dictionary<string, (string Host, int Tries)> _stopping = new(StringComparer.Ordinal);
    private InjectionRegistryState _state = InjectionRegistryState.Empty;

    public InjectionRegistry(InjectionRegistrySettings settings)
    {
        _settings = settings;

        RecoverSnapshot<Shared.Messages.Injections.InjectionRegistryState>(snapshot => _state = InjectionRegistryState.From(snapshot));
        Recover<InjectionCreated>(created => _state = _state.Apply(created));
        Recover<InjectionChanged>(changed => _state = _state.Apply(changed));
        Recover<InjectionDeleted>(deleted => _state = _state.Apply(deleted));
        Recover<RecoveryCompleted>(_ => OnRecovered());

        Command<CreateInjection>(OnCreate);
        Command<DeleteInjection>(OnDelete);
        Command<Offered>(offered => InParts.Fetch(Context, offered));
        Command<GetInjections>(get => InParts.Answer(Context, Sender, _state.Answer(get)));
        Command<ForgetDue>(_ => Forget());
        Command<InjectionProgress>(OnProgress);
        Command<GraphChanged>(changed => Store([.. _state.Decide(changed)], stop: true));
        Command<Injector>(OnInjector);
        Command<AskDue>(_ => OnAskDue());
        Command<SubscribeAck>(_ => { });
        Command<SaveSnapshotFailure>(failed => _log.InjectionsSnapshotFailed(failed.Metadata.SequenceNr, failed.Cause.Message));
    }

    public override string PersistenceId => "injections";

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(InjectionRegistrySettings settings) => Akka.Actor.Props.Create(() => new InjectionRegistry(settings));

    // The actor ends with this; who waits for an answer shouldn't have to wait until patience ends too.
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("injections");
        if (@event is InjectionCreated or InjectionDeleted)
        {
            Sender.Tell(new InjectionRefused { Reason = $"injections: not stored, the database doesn't take it: {cause.Message}", NotStored = true });
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        AnalyzerMetrics.CountJournalFailure("injections");
        if (@event is InjectionCreated or InjectionDeleted)
        {
            Sender.Tell(new InjectionRefused { Reason = $"injections: it can't be stored: {cause.Message}" });
        }
    }

    private void OnRecovered()
    {
        _settings.Mediator.Tell(new Subscribe(HostEntity.ChangesTopic, Self));
        Timers.StartPeriodicTimer(ForgetDue.Instance, ForgetDue.Instance, ForgetEvery);
        Timers.StartPeriodicTimer(AskDue.Instance, AskDue.Instance, AskEvery);
    }

    private void OnCreate(CreateInjection command)
    {
        var asker = Sender;
        if (command.Injection is not { } asked)
        {
            Refuse(asker, "the injection is missing.");
            return;
        }

        if (InjectionRules.Check(asked) is { } wrong)
        {
            Refuse(asker, wrong);
            return;
        }

        // Asked for again, since the answer was lost.
        if (_state.Find(asked.Uuid) is { } known)
        {
            InParts.Answer(Context, asker, InjectionRegistryState.WithoutPcap(known));
            return;
        }

        RunTask(async () =>
        {
            var (resolved, error) = await Resolve(asked);
            if (resolved is null)
            {
                Refuse(asker, error!);
                return;
            }

            var (created, refusal) = _state.DecideCreate(resolved, Guid.NewGuid().ToString(), Now);
            if (created is null)
            {
                Refuse(asker, refusal!);
                return;
            }

            var storing = AnalyzerMetrics.Store("injections");
            Persist(created, persisted =>
            {
                storing.Done();
                _state = _state.Apply(persisted);
                var injection = persisted.Injection;
                _log.InjectionCreated(injection.Uuid, injection.Src, injection.Host);
                InParts.Answer(Context, asker, InjectionRegistryState.WithoutPcap(injection));
                SnapshotAfter(SnapshotEvery);
                _ordered[injection.Uuid] = 0;
                OnAskDue(injection);
            });
        });
    }

    private async Task<(Injection? Resolved, string? Error)> Resolve(Injection asked)
    {
        var (sources, noSources) = await Select("Src", asked.Src);
        if (sources is null)
        {
            return (null, noSources);
        }

        var (destinations, noDestinations) = asked.Dst.Length == 0 ? ([], null) : await Select("Dst", asked.Dst);
        return destinations is null ? (null, noDestinations) : InjectionRules.Resolve(asked, sources, destinations);
    }

    private async Task<(IReadOnlyList<global::Topology.Fabric.Model.Node>? Nodes, string? Error)> Select(string field, string gremlin)
    {
        try
        {
            return (await _settings.Selector.Select(gremlin), null);
        }
        catch (NodeSelectionException e)
        {
            return (null, $"{field}: {e.Message}");
        }
        catch (AskTimeoutException)
        {
            return (null, $"{field}: the graph's view did not answer; try again.");
        }
    }

    private void OnDelete(DeleteInjection command)
    {
        var asker = Sender;
        var known = _state.Find(command.Uuid);
        var (deleted, refusal) = _state.Decide(command, Now);
        if (deleted is null)
        {
            asker.Tell(refusal!);
            return;
        }

        var storing = AnalyzerMetrics.Store("injections");
        Persist(deleted, persisted =>
        {
            storing.Done();
            _state = _state.Apply(persisted);
            asker.Tell(persisted);
            SnapshotAfter(SnapshotEvery);
            if (known is not null && !InjectionRegistryState.IsOver(known.State))
            {
                Stop(known);
            }
        });
    }

    private void OnAskDue()
    {
        foreach (var injection in _state.Open)
        {
            OnAskDue(injection);
        }

        foreach (var (uuid, (host, tries)) in _stopping)
        {
            if (tries == MostTries)
            {
                _stopping.Remove(uuid);
                _log.InjectionNotStopped(uuid, host);
                continue;
            }

            _stopping[uuid] = (host, tries + 1);
            _settings.TopologyRegion.Tell(new StopInjection { Host = host, Uuid = uuid }, Self);
        }
    }

    private void OnAskDue(Injection injection)
    {
        if (_ordered.TryGetValue(injection.Uuid, out var tries))
        {
            if (tries < MostTries)
            {
                _ordered[injection.Uuid] = tries + 1;
                _settings.TopologyRegion.Tell(new GetInjector { Host = injection.Host }, Self);
            }
            else
            {
                Fail(injection.Uuid, $"host {injection.Host}: no agent answers.");
            }

            return;
        }

        var (starts, session) = (_sessions.TryGetValue(injection.Uuid, out var known) && injection.State == InjectionRegistryState.Pending, known ?? "");
        var start = new StartInjection { Host = injection.Host, Session = session, ReportOnly = !starts, Injection = starts ? injection : new Injection { Uuid = injection.Uuid } };
        _settings.TopologyRegion.Tell(InParts.Of(Context, start, injection.Host, $"start-{injection.Uuid}"), Self);
    }

    private void OnInjector(Injector injector)
    {
        foreach (var injection in _state.Open.Where(open => open.Host == injector.Host && _ordered.ContainsKey(open.Uuid)))
        {
            if (injector.Session.Length == 0)
            {
                Fail(injection.Uuid, $"host {injector.Host}: no agent is connected.");
                continue;
            }

            _ordered.Remove(injection.Uuid);
            _sessions[injection.Uuid] = injector.Session;
            OnAskDue(injection);
        }
    }

    private void Fail(string uuid, string error)
    {
        _ordered.Remove(uuid);
        if (_state.DecideFailed(uuid, error, Now) is { } failed)
        {
            Store([failed], stop: false);
        }
    }

    private void Stop(Injection injection)
    {
        _ordered.Remove(injection.Uuid);
        _sessions.Remove(injection.Uuid);
        _stopping[injection.Uuid] = (injection.Host, 1);
        _settings.TopologyRegion.Tell(new StopInjection { Host = injection.Host, Uuid = injection.Uuid }, Self);
    }

    private void OnProgress(InjectionProgress progress)
    {
        if (InjectionRegistryState.IsOver(progress.State))
        {
            _stopping.Remove(progress.Uuid);
            _sessions.Remove(progress.Uuid);
        }

        if (_state.Decide(progress, Now) is not { } changed)
        {
            return;
        }

        if (InjectionRegistryState.IsOver(progress.State))
        {
            Store([changed], stop: false);
            return;
        }

        // Progress on the way isn't kept: what counts after a restart is that it hadn't ended.
        _state = _state.Apply(changed);
    }

    private void Store(IReadOnlyList<InjectionChanged> events, bool stop)
    {
        if (events.Count == 0)
        {
            return;
        }

        PersistAll(events, persisted =>
        {
            _state = _state.Apply(persisted);
            SnapshotAfter(SnapshotEvery);
            var progress = persisted.Progress;
            if (progress.State == InjectionRegistryState.Failed)
            {
                _log.InjectionFailed(progress.Uuid, progress.Sent, progress.Error);
            }
            else
            {
                _log.InjectionNow(progress.Uuid, progress.State, progress.Sent);
            }

            if (stop && _state.Find(progress.Uuid) is { } injection)
            {
                Stop(injection);
            }
        });
    }

    private void Forget()
    {
        InjectionDeleted[] forgotten = [.. _state.DecideForget(_settings.Keep, Now)];
        if (forgotten.Length == 0)
        {
            return;
        }

        _log.InjectionsForgotten(forgotten.Length);
        PersistAll(forgotten, persisted =>
        {
            _state = _state.Apply(persisted);
            SnapshotAfter(SnapshotEvery);
        });
    }

    private static void Refuse(IActorRef asker, string reason) => asker.Tell(new InjectionRefused { Reason = reason });

    protected override object ToSnapshot() => _state.ToSnapshot();

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private sealed class AskDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly AskDue Instance = new();
    }

    private sealed class ForgetDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ForgetDue Instance = new();
    }
}
