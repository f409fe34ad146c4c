using System.Collections.Immutable;
using System.Globalization;
using Agent.Node.Linux;
using Agent.Node.Logging;
using Agent.Node.Probes.Netlink;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;

namespace Agent.Node.Probes.Namespaces;

/// <summary>Follows the named network namespaces: tells the topology as they come and go, with a netlink probe below for each.</summary>
internal sealed class NamespaceProbe : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly string _directory;
    private readonly IActorRef _topology;
    private readonly TimeSpan _statisticsEvery;
    private readonly Dictionary<NamespaceId, IActorRef> _probes = [];
    private ImmutableArray<NamedNamespace> _seen = [];
    private NamespacesKnown _known = new(ImmutableDictionary<NamespaceId, string>.Empty);
    private NamespaceWatcher? _watcher;
    private long _started;

    /// <param name="directory">Where the names are: /var/run/netns.</param>
    /// <param name="topology">Who is told.</param>
    /// <param name="statisticsEvery">How often counters are asked for.</param>
    public static Props Props(string directory, IActorRef topology, TimeSpan statisticsEvery) =>
        Akka.Actor.Props.Create(() => new NamespaceProbe(directory, topology, statisticsEvery));

    public NamespaceProbe(string directory, IActorRef topology, TimeSpan statisticsEvery)
    {
        _directory = directory;
        _topology = topology;
        _statisticsEvery = statisticsEvery;
        Receive<Seen>(OnSeen);
        Receive<NamespacesKnown>(known =>
        {
            _known = known;
            foreach (var probe in _probes.Values)
            {
                probe.Tell(known);
            }
        });
        Receive<Status.Failure>(f => throw new IOException($"watching {_directory} failed", f.Cause));
    }

    protected override void PreStart()
    {
        var self = Self;
        _watcher = new NamespaceWatcher(_directory, all => self.Tell(new Seen(all)), e => self.Tell(new Status.Failure(e)));
    }

    protected override void PostStop() => _watcher?.Dispose();

    private void OnSeen(Seen seen)
    {
        var changes = NamespaceChanges.Between(_seen, seen.All);
        _seen = seen.All;
        foreach (var gone in changes.Vanished)
        {
            if (_probes.Remove(gone.Id, out var probe))
            {
                Context.Stop(probe);
            }

            _log.NamespaceVanished(gone.Name);
            _topology.Tell(new ProbeState($"netlink of {gone.Name}", null));
            _topology.Tell(new NamespaceVanished(gone.Id));
        }

        foreach (var space in changes.Appeared)
        {
            _log.NamespaceAppeared(space.Name);
            _topology.Tell(new NamespaceAppeared(space));

            // Names of namespaces needn't be fit for an actor's, and come again before the last one's actor is gone.
            var name = string.Create(CultureInfo.InvariantCulture, $"netlink-{++_started}");
            var probe = Context.ActorOf(ProbeGuardian.Props($"netlink of {space.Name}", NetlinkProbe.Props(space.Id, space.Path, _topology, _statisticsEvery), _topology), name);
            probe.Tell(_known);
            _probes[space.Id] = probe;
        }
    }

    private sealed record Seen(ImmutableArray<NamedNamespace> All);
}
