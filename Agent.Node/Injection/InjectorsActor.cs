using Agent.Node.Logging;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Injections;
using Shared.Messages.Logging;

namespace Agent.Node.Injection;

/// <summary>
/// The packet injections of this host, a child each. Finds the device of the node that an injection is from. Orders are given again and
/// again: one that is under way, or was, is told of.
/// </summary>
internal sealed class InjectorsActor : ReceiveActor
{
    /// <summary>Of how many that are over the end is remembered.</summary>
    private const int Remembered = 1000;

    private readonly ILogger _log = Context.Log();
    private readonly string _host;
    private readonly IActorRef _topology;
    private readonly Dictionary<string, InjectionProgress> _over = new(StringComparer.Ordinal);
    private readonly Queue<string> _overInOrder = [];
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
        Receive<InjectionProgress>(OnOver);
    }

    protected override void PreStart() => _topology.Tell(WatchGraph.Instance);

    // An injection that fails says so by itself; it isn't tried again behind its user's back.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void OnStart(StartInjection start)
    {
        if (IsKnown(start.Injection.Uuid, start))
        {
            return;
        }

        if (start.ReportOnly)
        {
            Sender.Tell(Failed(start.Injection.Uuid, $"host {_host} doesn't know of it: its agent was started anew meanwhile, or never got the order; how much was sent isn't known"));
            return;
        }

        Sender.Tell(Start(start.Injection) is { } refusal
            ? Failed(start.Injection.Uuid, refusal)
            : new InjectionProgress { Uuid = start.Injection.Uuid, State = "running" });
    }

    private void OnStop(StopInjection stop)
    {
        if (!IsKnown(stop.Uuid, stop))
        {
            Sender.Tell(Failed(stop.Uuid, $"host {_host} doesn't know of it"));
        }
    }

    // One that's over answers for itself no more.
    private bool IsKnown(string uuid, object message)
    {
        if (_over.TryGetValue(uuid, out var over))
        {
            Sender.Tell(over);
            return true;
        }

        var injector = Context.Child(uuid);
        if (injector.Equals(ActorRefs.Nobody))
        {
            return false;
        }

        injector.Forward(message);
        return true;
    }

    // Why it can't be done; null: it's under way.
    private string? Start(Shared.Messages.Injections.Injection injection)
    {
        var device = _graph.Places.GetValueOrDefault(injection.NodeId) switch
        {
            CapturePlace.Device d => d,
            CapturePlace.Bridge b => new CapturePlace.Device(b.Name, 0, null), // by the bridge's own port
            _ => null,
        };
        if (device is null)
        {
            var node = _graph.Graph.Node(injection.NodeId);
            return node is null
                ? $"host {_host} has no node {injection.NodeId} any more"
                : $"{node.Name}, of type {node.Type}, has no device to inject into";
        }

        // As many again may be ending.
        if (Context.GetChildren().Count() >= 2 * InjectionLimits.MaxOpenOnHost)
        {
            return $"host {_host} has more than {InjectionLimits.MaxOpenOnHost} injections under way";
        }

        _log.InjectionStarts(injection.Uuid, device.Name);
        Context.ActorOf(InjectorActor.Props(new InjectorSettings { Injection = injection, Device = device.Name, NamespacePath = device.NamespacePath }), injection.Uuid);
        return null;
    }

    private void OnOver(InjectionProgress over)
    {
        if (_over.TryAdd(over.Uuid, over))
        {
            _overInOrder.Enqueue(over.Uuid);
        }

        if (_overInOrder.Count > Remembered)
        {
            _over.Remove(_overInOrder.Dequeue());
        }
    }

    private static InjectionProgress Failed(string uuid, string error) => new() { Uuid = uuid, State = "failed", Error = error };
}
