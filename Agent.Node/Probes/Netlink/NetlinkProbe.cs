using System.Collections.Immutable;
using Agent.Node.Linux;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// Follows one network namespace over netlink and tells the topology what changes. The probe stops by itself when its
/// namespace can't be entered: that's the parent's to know, and nothing that trying again would mend.
/// </summary>
internal sealed class NetlinkProbe : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private const int UnreadBatches = 8;

    private readonly ILogger _log = Context.Log();
    private readonly NamespaceId _namespace;
    private readonly string? _path;
    private readonly IActorRef _topology;
    private readonly TimeSpan _statisticsEvery;
    private readonly NetlinkTables _tables = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(UnreadBatches);
    private readonly HashSet<int> _wanted = [];
    private ImmutableDictionary<NamespaceId, string> _known = ImmutableDictionary<NamespaceId, string>.Empty;
    private ImmutableDictionary<int, NamespaceId> _numbers = ImmutableDictionary<int, NamespaceId>.Empty;
    private NetlinkMonitor? _monitor;
    private NetlinkSocket? _queries;

    /// <param name="id">The namespace.</param>
    /// <param name="path">The file that leads to it; null: the agent's own.</param>
    /// <param name="topology">Who is told.</param>
    /// <param name="statisticsEvery">How often counters, which the kernel doesn't notify, are asked for.</param>
    public static Props Props(NamespaceId id, string? path, IActorRef topology, TimeSpan statisticsEvery) =>
        // Not by an expression: Akka compiles its arguments, each time.
        Akka.Actor.Props.Create<NetlinkProbe>(id, path!, topology, statisticsEvery);

    public NetlinkProbe(NamespaceId id, string? path, IActorRef topology, TimeSpan statisticsEvery)
    {
        _namespace = id;
        _path = path;
        _topology = topology;
        _statisticsEvery = statisticsEvery;
        Receive<NetlinkBatch>(OnBatch);
        Receive<Flush>(_ => OnFlush());
        Receive<Refresh>(_ => _monitor!.Refresh());
        Receive<ResolveDue>(_ => Resolve(_known));
        Receive<NamespacesKnown>(OnNamespaces);
        Receive<Status.Failure>(f => throw new IOException($"netlink of {_path ?? "the host"} failed", f.Cause));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        try
        {
            _monitor = new NetlinkMonitor(NetlinkSocket.OpenIn(_path, NetlinkSocket.NotifiedGroups), Deliver(Self));
        }
        catch (IOException e) when (_path is not null)
        {
            _log.InterfacesNotSeen(_path, e.Message);
            Context.Stop(Self);
            return;
        }

        _monitor.RunAsync(_stop.Token).PipeTo(Self, failure: e => e is OperationCanceledException ? Stopped.Instance : new Status.Failure(e));
    }

    protected override void PostStop()
    {
        _stop.Cancel();
        _monitor?.Dispose();
        _queries?.Dispose();
    }

    // Credits: while the actor is behind, the monitor doesn't read, and the kernel's own buffer is the bound.
    private Func<NetlinkBatch, CancellationToken, ValueTask> Deliver(IActorRef self) => async (batch, cancellation) =>
    {
        await _room.WaitAsync(cancellation).ConfigureAwait(false);
        self.Tell(batch);
    };

    private void OnBatch(NetlinkBatch batch)
    {
        _room.Release();
        var urgent = false;
        foreach (var change in batch.Events)
        {
            urgent |= _tables.Apply(change);
            urgent |= change is NetlinkEvent.DumpEnded { Table: NetlinkTable.Links or NetlinkTable.Statistics } && _tables.IsToBeLookedAt;
            if (change is NetlinkEvent.LinkSet { Link.LowerNamespaceId: { } number } && !_numbers.ContainsKey(number) && _wanted.Add(number))
            {
                Self.Tell(ResolveDue.Instance);
            }
        }

        if (urgent && _tables.Complete && !Timers.IsTimerActive(Flush.Instance))
        {
            Timers.StartSingleTimer(Flush.Instance, Flush.Instance, Gather);
        }

        LookAgain();
    }

    // Where nothing is up, nothing counts: a namespace at rest isn't asked.
    private void LookAgain()
    {
        if (_tables.IsToBeLookedAt && !Timers.IsTimerActive(Refresh.Instance))
        {
            Timers.StartSingleTimer(Refresh.Instance, Refresh.Instance, _statisticsEvery);
        }
    }

    private void OnFlush()
    {
        var changes = _tables.TakeChanges();
        if (!changes.IsEmpty)
        {
            _topology.Tell(new InterfacesChanged(_namespace, changes));
        }
    }

    private void OnNamespaces(NamespacesKnown known)
    {
        var before = _known;
        _known = known.Paths;
        if (_numbers.IsEmpty && _wanted.Count == 0)
        {
            return;
        }

        var left = _numbers.Where(n => _known.ContainsKey(n.Value)).ToImmutableDictionary();
        if (left.Count < _numbers.Count)
        {
            _wanted.UnionWith(_numbers.Keys.Except(left.Keys));
            _numbers = left;
            _topology.Tell(new NumbersChanged(_namespace, _numbers));
        }

        if (_wanted.Count > 0)
        {
            Resolve(_known.RemoveRange(before.Keys));
        }
    }

    // A namespace has one number at most: those whose number is known can't have the wanted one.
    private void Resolve(ImmutableDictionary<NamespaceId, string> candidates)
    {
        var before = _numbers;
        var numbered = _numbers.Values.Append(_namespace).ToHashSet();
        foreach (var (id, path) in candidates)
        {
            if (_wanted.Count == 0)
            {
                break;
            }

            try
            {
                if (!numbered.Contains(id) && PeerNamespaces.NumberOf(_queries ??= NetlinkSocket.OpenIn(_path, groups: 0), path) is { } number)
                {
                    _numbers = _numbers.SetItem(number, id);
                    _wanted.Remove(number);
                }
            }
            catch (IOException e)
            {
                _log.NoNumberForNamespace(path, e.Message);
            }
        }

        if (_numbers != before)
        {
            _topology.Tell(new NumbersChanged(_namespace, _numbers));
        }
    }

    private sealed class Flush : IDeadLetterSuppression
    {
        public static readonly Flush Instance = new();
    }

    private sealed class Refresh : IDeadLetterSuppression
    {
        public static readonly Refresh Instance = new();
    }

    private sealed class ResolveDue : IDeadLetterSuppression
    {
        public static readonly ResolveDue Instance = new();
    }

    private sealed class Stopped : IDeadLetterSuppression
    {
        public static readonly Stopped Instance = new();
    }
}
