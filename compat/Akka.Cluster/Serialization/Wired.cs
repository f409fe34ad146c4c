using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Cluster.Serialization.Wire;

namespace Akka.Cluster.Serialization;

/// <summary>The cluster's values to their protobuf form and back.</summary>
internal static class Wired
{
    public static AddressData ToWire(this Address address) => new()
    {
        Protocol = address.Protocol,
        System = address.System,
        Host = address.Host ?? "",
        Port = (uint)(address.Port ?? 0),
    };

    public static Address FromWire(this AddressData data) => data.Host.Length == 0
        ? new Address(data.Protocol, data.System)
        : new Address(data.Protocol, data.System, data.Host, (int)data.Port);

    public static NodeData ToWire(this UniqueAddress node) => new() { Address = node.Address.ToWire(), Uid = node.Uid };

    public static UniqueAddress FromWire(this NodeData data) => new(data.Address.FromWire(), data.Uid);

    public static VectorClockData ToWire(this VectorClock clock)
    {
        var data = new VectorClockData();
        foreach (var (node, version) in clock.Versions)
        {
            data.Versions.Add(new VectorClockData.Types.Version { Node = node.ToString(), Timestamp = version });
        }

        return data;
    }

    public static VectorClock FromWire(this VectorClockData data) =>
        VectorClock.Create(data.Versions.ToImmutableSortedDictionary(v => VectorClock.Node.FromHash(v.Node), v => v.Timestamp));

    public static GossipData ToWire(this Gossip gossip)
    {
        var data = new GossipData { Version = gossip.Version.ToWire() };
        var nodes = new Dictionary<UniqueAddress, uint>();

        foreach (var member in gossip.Members)
        {
            var wired = new MemberData { Node = IndexOf(member.UniqueAddress), UpNumber = member.UpNumber, Status = (int)member.Status };
            wired.Roles.AddRange(member.Roles);
            data.Members.Add(wired);
        }

        data.Seen.AddRange(gossip.Seen.Select(IndexOf));
        foreach (var (observer, version) in gossip.Reachability.Versions)
        {
            var wired = new ReachabilityData { Observer = IndexOf(observer), Version = version };
            wired.Subjects.AddRange(gossip.Reachability.Records
                .Where(r => r.Observer == observer)
                .Select(r => new ReachabilityData.Types.Subject { Node = IndexOf(r.Subject), Status = (int)r.Status }));
            data.Reachability.Add(wired);
        }

        return data;

        uint IndexOf(UniqueAddress node)
        {
            if (!nodes.TryGetValue(node, out var index))
            {
                index = (uint)nodes.Count;
                nodes.Add(node, index);
                data.Nodes.Add(node.ToWire());
            }

            return index;
        }
    }

    public static Gossip FromWire(this GossipData data)
    {
        var nodes = data.Nodes.Select(FromWire).ToArray();
        var members = data.Members.Select(m =>
            Member.Create(nodes[m.Node], m.UpNumber, (MemberStatus)m.Status, m.Roles.ToImmutableHashSet()));
        var records = data.Reachability.SelectMany(r =>
            r.Subjects.Select(s => new ReachabilityRecord(nodes[r.Observer], nodes[s.Node], (ReachabilityStatus)s.Status)));
        var versions = data.Reachability.ToImmutableDictionary(r => nodes[r.Observer], r => r.Version);
        return new Gossip(
            members.ToImmutableSortedSet(),
            data.Seen.Select(s => nodes[s]).ToImmutableHashSet(),
            new Reachability(records.ToImmutableList(), versions),
            data.Version.FromWire());
    }
}
