using System.Globalization;
using Agent.Node.Flows;
using Akka.Actor;
using Akka.Event;
using Shared.Messages.Flows;

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
            if (limit.TryTake() is not { } memory)
            {
                Refused += batch.Count;
                pool.Return(batch);
                return;
            }
            var inside = origin with { ParentUuid = batch.Tunnel, Depth = origin.Depth + 1 };
            // A number makes the name free even if the last actor of this name is still stopping.
            tunnel = context.ActorOf(TunnelActor.Props(settings, inside, pool, uplink, limit, memory), $"tunnel-{FlowForms.Id(batch.Tunnel)}-{_made++.ToString(CultureInfo.InvariantCulture)}");
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
        {
            actor.Tell(DrainTunnel.Instance);
        }
    }

    /// <summary>Lets all go.</summary>
    internal void EndAll()
    {
        foreach (var actor in _byFlow.Values)
        {
            actor.Tell(DrainTunnel.Instance);
        }

        _byFlow.Clear();
    }

    /// <summary>It has stopped.</summary>
    internal void Forget(IActorRef tunnel)
    {
        if (!_alive.Remove(tunnel))
        {
            return;
        }

        foreach (var (flow, actor) in _byFlow)
        {
            if (!actor.Equals(tunnel))
            {
                continue;
            }

            _byFlow.Remove(flow);
            return;
        }
    }
}

/// <summary>How many more tunnel actors a capture may have, wherever they nest, and their memory; shared by all of them.</summary>
internal sealed class TunnelLimit(int maximum, FlowMemory memory)
{
    /// <summary>About what an actor takes in bytes, its table with its first flows besides.</summary>
    private const int ActorSize = 48 << 10;

    private int _left = maximum;

    /// <summary>Memory for one more, with the actor's own taken of it; null when there are as many as may be, or memory is short.</summary>
    internal FlowMemory? TryTake()
    {
        var part = memory.Part();
        if (Interlocked.Decrement(ref _left) >= 0 && part.TryTake(ActorSize))
        {
            return part;
        }

        Interlocked.Increment(ref _left);
        return null;
    }

    /// <summary>Counts one that is there whatever the limit says.</summary>
    internal void Take(FlowMemory part)
    {
        Interlocked.Decrement(ref _left);
        part.Take(ActorSize);
    }

    /// <summary>A tunnel's actor has stopped.</summary>
    internal void GiveBack(FlowMemory part)
    {
        Interlocked.Increment(ref _left);
        part.GiveBack(ActorSize);
    }
}

/// <summary>Tunnel -> what it's inside of, up to the capture: what was lost in it since it was told last.</summary>
/// <param name="PacketsDropped">Packets of tunnels in it, whose actors were busy or too many.</param>
/// <param name="Counts">What else there was.</param>
internal sealed record TunnelLosses(long PacketsDropped, EngineCounts Counts) : IDeadLetterSuppression
{
    internal static TunnelLosses None { get; } = new(0, default);

    public static TunnelLosses operator +(TunnelLosses one, TunnelLosses other) => new(one.PacketsDropped + other.PacketsDropped, one.Counts + other.Counts);

    public static TunnelLosses operator -(TunnelLosses now, TunnelLosses before) => new(now.PacketsDropped - before.PacketsDropped, now.Counts - before.Counts);
}
