using System.Globalization;
using Agent.Node.Flows;
using Akka.Actor;

namespace Agent.Node.Capture;

/// <summary>The tunnel actors below a capture or a tunnel, by the UUID of their flow. Belongs to their parent's actor.</summary>
internal sealed class TunnelActors(IActorContext context, CaptureSettings settings, FlowOrigin origin, PacketBatchPool pool, IActorRef uplink, TunnelLimit limit)
{
    private readonly Dictionary<ulong, IActorRef> _byFlow = [];
    private readonly HashSet<IActorRef> _alive = [];
    private int _made;

    /// <summary>Packets of tunnels beyond the limit.</summary>
    internal long Refused { get; private set; }

    /// <summary>Those that haven't stopped yet.</summary>
    internal int Alive => _alive.Count;

    /// <summary>Hands a batch to its tunnel's actor, which is made when it's the first.</summary>
    internal void Deliver(PacketBatch batch)
    {
        if (!_byFlow.TryGetValue(batch.Tunnel, out var tunnel))
        {
            if (!limit.TryTake())
            {
                Refused += batch.Count;
                pool.Return(batch);
                return;
            }
            var inside = origin with { ParentUuid = batch.Tunnel, Depth = origin.Depth + 1 };
            // A number makes the name free even if the last actor of this name is still stopping.
            tunnel = context.ActorOf(TunnelActor.Props(settings, inside, pool, uplink, limit), $"tunnel-{FlowIdentity.Format(batch.Tunnel)}-{_made++.ToString(CultureInfo.InvariantCulture)}");
            context.Watch(tunnel);
            _byFlow.Add(batch.Tunnel, tunnel);
            _alive.Add(tunnel);
        }
        tunnel.Tell(batch);
    }

    /// <summary>Lets a tunnel's actor go once it has done what it was given.</summary>
    internal void End(ulong tunnel)
    {
        if (_byFlow.Remove(tunnel, out var actor))
            actor.Tell(DrainTunnel.Instance);
    }

    /// <summary>Lets all go.</summary>
    internal void EndAll()
    {
        foreach (var actor in _byFlow.Values)
            actor.Tell(DrainTunnel.Instance);
        _byFlow.Clear();
    }

    /// <summary>It has stopped.</summary>
    internal void Forget(IActorRef tunnel)
    {
        if (!_alive.Remove(tunnel))
            return;
        foreach (var (flow, actor) in _byFlow)
        {
            if (!actor.Equals(tunnel))
                continue;
            _byFlow.Remove(flow);
            return;
        }
    }
}
