using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>Whom a node sends heartbeats to: the next few on a ring of all members. Spread by hash, so that neighbours in
/// address (one host, one rack) don't only watch each other.</summary>
internal static class HeartbeatRing
{
    public static ImmutableHashSet<UniqueAddress> Receivers(
        UniqueAddress self, IEnumerable<UniqueAddress> members, IReadOnlySet<UniqueAddress> unreachable, int monitoredBy)
    {
        var ring = members.Append(self).Distinct().OrderBy(Position).ThenBy(node => node).ToArray();
        if (ring.Length - 1 <= monitoredBy)
        {
            return ring.Where(node => node != self).ToImmutableHashSet();
        }

        // Unreachable receivers are still sent to (they may come back), but don't count: somebody alive must be watching.
        var receivers = ImmutableHashSet.CreateBuilder<UniqueAddress>();
        var alive = 0;
        var start = Array.IndexOf(ring, self);
        for (var i = 1; i < ring.Length && alive < monitoredBy; i++)
        {
            var node = ring[(start + i) % ring.Length];
            receivers.Add(node);
            alive += unreachable.Contains(node) ? 0 : 1;
        }

        return receivers.ToImmutable();
    }

    /// <summary>Every node must compute the same ring, so no hash that differs between processes.</summary>
    private static uint Position(UniqueAddress node)
    {
        var hash = 2166136261u;
        foreach (var c in $"{node.Address}#{node.Uid}")
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash;
    }
}
