using Agent.Node.Logging;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Injections;
using Shared.Messages.Logging;

namespace Agent.Node.Injection;

/// <summary>The packet injections of this host, a child each. Finds the device of the node that an injection is from.</summary>
internal sealed class InjectorsActor : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly string _host;
    private readonly IActorRef _topology;
    private HostGraph _graph = HostGraph.Empty;

    /// <param name="host">This host's name.</param>
    /// <param name="topology">Who keeps the host's graph.</param>
    public static Props Props(string host, IActorRef topology) => Akka.Actor.Props.Create(() => new InjectorsActor(host, topology));

    public InjectorsActor(string host, IActorRef topology)
    {
        _host = host;
        _topology = topology;
        Receive<GraphUpdate>(update => _graph = update.Graph);
        Receive<StartInjection>(OnStart);
        Receive<StopInjection>(OnStop);
    }

    protected override void PreStart() => _topology.Tell(WatchGraph.Instance);

    // An injection that fails says so by itself; it isn't tried again behind its user's back.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void OnStart(StartInjection start)
    {
        var injection = start.Injection;
        var device = _graph.Places.GetValueOrDefault(injection.NodeId) switch
        {
            CapturePlace.Device d => d,
            CapturePlace.Bridge b => new CapturePlace.Device(b.Name, 0, null), // by the bridge's own port
            _ => null,
        };
        if (device is null)
        {
            var node = _graph.Graph.Node(injection.NodeId);
            var reason = node is null
                ? $"host {_host} has no node {injection.NodeId} any more"
                : $"{node.Name}, of type {node.Type}, has no device to inject into";
            Sender.Tell(new InjectionProgress { Uuid = injection.Uuid, State = "failed", Error = reason });
            return;
        }

        if (!Context.Child(injection.Uuid).Equals(ActorRefs.Nobody))
        {
            return; // the order was given twice
        }

        // As many again may be ending.
        if (Context.GetChildren().Count() >= 2 * InjectionLimits.MaxOpenOnHost)
        {
            Sender.Tell(new InjectionProgress { Uuid = injection.Uuid, State = "failed", Error = $"host {_host} has more than {InjectionLimits.MaxOpenOnHost} injections under way" });
            return;
        }

        _log.InjectionStarts(injection.Uuid, device.Name);
        var settings = new InjectorSettings { Injection = injection, Device = device.Name, NamespacePath = device.NamespacePath };
        Context.ActorOf(InjectorActor.Props(settings, Sender), injection.Uuid);
    }

    private void OnStop(StopInjection stop)
    {
        var injector = Context.Child(stop.Uuid);
        if (!injector.Equals(ActorRefs.Nobody))
        {
            injector.Forward(stop);
        }
    }
}
