using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Injection;
using Agent.Node.Interfaces;
using Agent.Node.Linux;
using Agent.Node.Logging;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Logging;
using Shared.Messages.Topology;

namespace Agent.Node.Host;

/// <summary>
/// The root of a host's agent, /user/agent: its probes, interfaces, injections and uplink. Takes the analyzers' commands
/// and answers, which the link brings, and passes them to whom they're for.
/// </summary>
internal sealed class HostActor : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly string _session;
    private readonly AgentOptions _options;
    private readonly FlowOptions _flows;
    private readonly Action<string> _refused;
    private IActorRef _topology = ActorRefs.Nobody;
    private IActorRef _interfaces = ActorRefs.Nobody;
    private IActorRef _injector = ActorRefs.Nobody;
    private IActorRef _uplink = ActorRefs.Nobody;
    private IActorRef _pcaps = ActorRefs.Nobody;
    private bool _commanded;

    /// <param name="session">Unique per start of the agent.</param>
    /// <param name="options">The agent's configuration.</param>
    /// <param name="flows">Configuration of flow tables.</param>
    /// <param name="refused">Called when the analyzers refuse this host, with their reason.</param>
    public static Props Props(string session, AgentOptions options, FlowOptions flows, Action<string> refused) =>
        Akka.Actor.Props.Create(() => new HostActor(session, options, flows, refused));

    public HostActor(string session, AgentOptions options, FlowOptions flows, Action<string> refused)
    {
        _session = session;
        _options = options;
        _flows = flows;
        _refused = refused;
        Receive<SetCaptures>(OnCaptures);
        Receive<ReadPcap>(read => _pcaps.Forward(read));
        Receive<StartInjection>(start => _injector.Forward(start));
        Receive<StopInjection>(stop => _injector.Forward(stop));
        Receive<AgentRefused>(refusal =>
        {
            _log.AgentRefused(refusal.Reason);
            _refused(refusal.Reason);
        });
        Receive<OvsdbProbe.RemoveMarked>(OnRemoveMarked);
        Receive<GetUplinkStatus>(get => _uplink.Forward(get));
        Receive<LinkUp>(up => _uplink.Tell(up));
        Receive<LinkDown>(down => _uplink.Tell(down));
        Receive<AgentAccepted>(accepted => _uplink.Tell(accepted));
        Receive<GraphStored>(stored => _uplink.Tell(stored));
        Receive<GraphRefused>(refused => _uplink.Tell(refused));
        Receive<ResyncGraph>(resync => _uplink.Tell(resync));
        Receive<FlowsStored>(stored => _uplink.Tell(stored));
        Receive<FlowsRefused>(refused => _uplink.Tell(refused));
        Receive<Drain>(drain =>
        {
            Context.Stop(_interfaces);
            _uplink.Forward(drain);
        });
    }

    protected override void PreStart()
    {
        var probes = Probes(_options.Topology);
        _topology = Context.ActorOf(TopologyActor.Props(Facts(_options), _options.Topology.UpdateEvery, probes), "topology");
        _uplink = Context.ActorOf(UplinkActor.Props(_options.HostId, _session, _options.Uplink, _topology), "uplink");
        _injector = Context.ActorOf(InjectorsActor.Props(_options.HostId, _topology), "injector");
        var sharing = CaptureSharing.Of(_options.Capture, _flows);
        Props Capture(CaptureSettings settings, IActorRef uplink) => CaptureActor.Props(settings, uplink, sharing);
        _pcaps = Context.ActorOf(PcapsActor.Props(_uplink, _options.Capture, _flows, Capture), "pcaps");
        _interfaces = Context.ActorOf(
            InterfacesActor.Props(
                _options.HostId, _options.Capture, _flows, new InterfaceSurroundings(_topology, _uplink, Capture)),
            "interfaces");
        _log.AgentStarted(_options.HostId, string.Join(", ", probes.Keys));
    }

    // The parts know each other by what they told each other at their start: they start anew together.
    protected override SupervisorStrategy SupervisorStrategy() => new AllForOneStrategy(e =>
    {
        _log.PartFailed(e);
        return Directive.Restart;
    });

    /// <summary>What's known of the host before any probe has looked.</summary>
    internal static HostFacts Facts(AgentOptions options) => new(options.HostId, NamespaceId.Own)
    {
        HostMetadata = options.Topology.Metadata.ToImmutableSortedDictionary(StringComparer.Ordinal),
        CaptureFiles = [.. options.CaptureFiles.Select(Path.GetFullPath)],
    };

    /// <summary>The probes configured; they are children of the topology, and tell their parent.</summary>
    internal static ImmutableSortedDictionary<string, Func<IActorRef, Props>> Probes(TopologyProbeOptions options) => options.Probes
        .Distinct(StringComparer.Ordinal)
        .ToImmutableSortedDictionary(
            name => name,
            Func<IActorRef, Props> (name) => name switch
            {
                "netlink" => topology => NetlinkProbe.Props(NamespaceId.Own, null, topology, options.StatisticsEvery),
                "netns" => topology => NamespaceProbe.Props(options.NetnsPath, topology, options.StatisticsEvery),
                OvsdbProbe.Name => topology => OvsdbProbe.Props(new Uri(options.Ovsdb).LocalPath, topology),
                _ => throw new ArgumentOutOfRangeException(nameof(options), name, "not a probe"),
            },
            StringComparer.Ordinal);

    private void OnCaptures(SetCaptures set)
    {
        _log.CapturesWanted(set.Captures.Count);
        _commanded = true;
        _interfaces.Tell(set);
    }

    // What's on the bridges may be the work of another agent of this host, for whose sake the analyzers refused this one.
    private void OnRemoveMarked(OvsdbProbe.RemoveMarked remove)
    {
        if (_commanded)
        {
            _topology.Forward(remove);
        }
        else
        {
            Sender.Tell(Akka.Done.Instance);
        }
    }
}
