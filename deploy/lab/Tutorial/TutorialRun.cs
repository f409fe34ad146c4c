using System.Globalization;
using System.Text.Json.Nodes;
using Cli.Client;
using Lab.Hosts;
using Lab.Network;
using Spectre.Console;

namespace Lab.Tutorial;

/// <summary>
/// Skydive's tutorial "Multi-node and tunneling", by the public HTTP API: three captures, pings injected from ns1 to ns2,
/// and the flows they make. It ends only when the flows are what they must be, and says what's missing when they aren't.
/// </summary>
internal sealed class TutorialRun(SkydiveClient client, LabPlan plan, Progress progress)
{
    private const int Pings = 10;
    private const int IcmpId = 4711;
    private const string Eth1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'eth1')";
    private const string Br0OfAgent1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'br0', 'Type', 'ovsbridge')";
    private const string Br0OfAgent2 = "G.V().Has('Name', 'agent2', 'Type', 'host').Out().Has('Name', 'br0', 'Type', 'ovsbridge')";
    private const string Eth0OfNs1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'ns1').Out().Has('Name', 'eth0')";
    private const string Eth0OfNs2 = "G.V().Has('Name', 'agent2', 'Type', 'host').Out().Has('Name', 'ns2').Out().Has('Name', 'eth0')";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private IEnumerable<string> Fabric => Enumerable.Range(1, plan.Agents).Select(n => string.Create(CultureInfo.InvariantCulture, $"TOR1[Name=tor1] -> TOR1_PORT{n}[Name=port{n}, MTU=1500]"))
        .Concat(Enumerable.Range(1, plan.Agents).Select(n => string.Create(CultureInfo.InvariantCulture, $"TOR1_PORT{n} -> *[Type=host, Name=agent{n}]/eth1")));

    private string TunnelPath => plan.Tunnel switch
    {
        TunnelKind.Gre => "Ethernet/IPv4/GRE",
        TunnelKind.Vxlan => "Ethernet/IPv4/UDP/VXLAN",
        _ => "Ethernet/IPv4/UDP/Geneve",
    };

    public async Task RunAsync(CancellationToken cancel)
    {
        progress.Step("fabric links: a switch tor1, its ports linked to each agent's eth1");
        foreach (var link in Fabric)
        {
            await client.CreateFabricLinkAsync(link, cancel);
        }

        progress.Step("waiting for the topology: fabric, namespaces, bridges, both ends of the tunnel");
        string[] needed = [Eth1, Br0OfAgent1, Br0OfAgent2, Eth0OfNs1, Eth0OfNs2];
        foreach (var query in needed)
        {
            await UntilAsync($"no single node for {query}", async () => (await client.ElementsAsync(query, cancel)).Count == 1, cancel);
        }

        await UntilAsync("the fabric's ports aren't linked to all agents' eth1", async () =>
            (await client.ElementsAsync("G.V().Has('Probe', 'fabric').Out().Has('Name', 'eth1').Dedup()", cancel)).Count == plan.Agents, cancel);
        foreach (var query in new[] { Eth0OfNs1, Eth0OfNs2 })
        {
            await UntilAsync($"no address on {query}", async () => (await client.ElementsAsync(query, cancel))[0]["Metadata"]?["IPV4"] is JsonArray { Count: > 0 }, cancel);
        }

        foreach (var (name, query) in new[] { ("eth1 of agent1", Eth1), ("br0 of agent1", Br0OfAgent1), ("br0 of agent2", Br0OfAgent2) })
        {
            progress.Step($"capture on {name}");
            await client.CreateCaptureAsync(new JsonObject { ["GremlinQuery"] = query, ["Name"] = name }, cancel);
            await UntilAsync($"the capture on {name} isn't active", async () => await CaptureIsActiveAsync(query, cancel), cancel);
        }

        progress.Step($"injecting {Pings} pings from ns1's eth0 on agent1 to ns2's eth0 on agent2");
        var injection = await client.CreateInjectionAsync(new JsonObject
        {
            ["Src"] = Eth0OfNs1,
            ["Dst"] = Eth0OfNs2,
            ["Type"] = "icmp4",
            ["Count"] = Pings,
            ["Interval"] = 100,
            ["ICMPID"] = IcmpId,
        }, cancel);
        await UntilAsync("the injection isn't finished", async () => await InjectionIsFinishedAsync(injection["UUID"]!.ToString(), cancel), cancel);

        progress.Step($"waiting for the flows: ICMP inside {TunnelPath} on eth1, the same packets on both br0");
        await UntilAsync("the flows aren't there", async () => Missing(await PingFlowsAsync(cancel), await TidsAsync(cancel)) is null, cancel,
            async () => Missing(await PingFlowsAsync(cancel), await TidsAsync(cancel)) ?? "");
    }

    /// <summary>Prints the topology as trees and the flows as a table.</summary>
    public async Task ReportAsync(CancellationToken cancel)
    {
        var nodes = await client.ElementsAsync("G.V()", cancel);
        var edges = await client.ElementsAsync("G.E()", cancel);
        progress.Console.WriteLine();
        foreach (var tree in TopologyTree.Draw(nodes, edges))
        {
            progress.Console.Write(tree);
        }

        var names = nodes.Where(n => n["Metadata"]?["TID"] is not null)
            .GroupBy(n => n["Metadata"]!["TID"]!.ToString()).ToDictionary(g => g.Key, g => $"{g.First()["Metadata"]!["Name"]}@{g.First()["Host"]}");
        var flows = await PingFlowsAsync(cancel);
        progress.Console.WriteLine();
        progress.Console.Write(FlowTable.Draw(flows, names));

        var tids = await TidsAsync(cancel);
        var inner = flows.First(f => f.NodeTid == tids.Eth1 && f.LayersPath == "Ethernet/IPv4/ICMPv4");
        var outer = flows.First(f => f.Uuid == inner.ParentUuid);
        progress.Console.MarkupLineInterpolated($"The ICMP flow on eth1 travels in [yellow]{outer.LayersPath}[/] {outer.NetworkA} → {outer.NetworkB}: its ParentUUID is [yellow]{outer.Uuid}[/].");
        progress.Console.MarkupLineInterpolated($"All three captures saw the same packets: L3TrackingID [yellow]{inner.L3TrackingId}[/].");
    }

    /// <summary>The pings' flows at every capture point, and the tunnels' flows they travel in.</summary>
    private async Task<IReadOnlyList<FlowRecord>> PingFlowsAsync(CancellationToken cancel)
    {
        var all = (await client.ElementsAsync("G.Flows()", cancel)).Select(FlowRecord.Parse).ToList();
        var pings = all.Where(f => f.IcmpId == IcmpId).ToList();
        var parents = pings.Select(f => f.ParentUuid).Where(p => p.Length > 0).ToHashSet();
        return [.. all.Where(f => f.IcmpId == IcmpId || parents.Contains(f.Uuid) || (parents.Contains(f.ParentUuid) && f.LayersPath == "Ethernet/ARP"))];
    }

    private string? Missing(IReadOnlyList<FlowRecord> flows, (string Eth1, string Br0A, string Br0B) tids)
    {
        bool IsPing(FlowRecord f) => f.LayersPath == "Ethernet/IPv4/ICMPv4" && f.IcmpId == IcmpId;
        if (flows.FirstOrDefault(f => IsPing(f) && f.NodeTid == tids.Eth1) is not { } inner)
        {
            return "no ICMP flow is seen on eth1";
        }

        if ((inner.NetworkA, inner.NetworkB) is not ("10.0.0.1", "10.0.0.2"))
        {
            return $"the ICMP flow on eth1 is {inner.Endpoints}";
        }

        if (inner.AbPackets != Pings || inner.BaPackets != Pings)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the ICMP flow on eth1 counts {inner.AbPackets} and {inner.BaPackets} packets of {Pings}");
        }

        if (flows.FirstOrDefault(f => f.Uuid == inner.ParentUuid) is not { } outer)
        {
            return $"the ICMP flow's parent '{inner.ParentUuid}' isn't among the flows";
        }

        if (outer.LayersPath != TunnelPath || outer.NodeTid != tids.Eth1)
        {
            return $"the parent is {outer.LayersPath} {outer.Endpoints}";
        }

        var between = new HashSet<string> { outer.NetworkA, outer.NetworkB };
        if (!between.SetEquals([LabPlan.AgentAddress(1), LabPlan.AgentAddress(2)]))
        {
            return $"the tunnel is {outer.Endpoints}";
        }

        foreach (var (name, tid) in new[] { ("agent1", tids.Br0A), ("agent2", tids.Br0B) })
        {
            if (flows.FirstOrDefault(f => IsPing(f) && f.NodeTid == tid && f.L3TrackingId == inner.L3TrackingId) is not { } seen)
            {
                return $"no ICMP flow with L3TrackingID {inner.L3TrackingId} is seen on {name}'s br0";
            }

            if (seen.AbPackets != Pings || seen.BaPackets != Pings)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the ICMP flow on {name}'s br0 counts {seen.AbPackets} and {seen.BaPackets} packets of {Pings}");
            }
        }

        return null;
    }

    private async Task<(string Eth1, string Br0A, string Br0B)> TidsAsync(CancellationToken cancel) =>
        (await TidAsync(Eth1, cancel), await TidAsync(Br0OfAgent1, cancel), await TidAsync(Br0OfAgent2, cancel));

    private async Task<string> TidAsync(string query, CancellationToken cancel) =>
        (await client.ElementsAsync(query, cancel)).FirstOrDefault()?["Metadata"]?["TID"]?.ToString() ?? throw new LabException($"no node with a TID for {query}");

    private async Task<bool> CaptureIsActiveAsync(string query, CancellationToken cancel)
    {
        var captures = (await client.ElementsAsync(query, cancel)).FirstOrDefault()?["Metadata"]?["Captures"] as JsonArray;
        if (captures?.FirstOrDefault(c => c?["State"]?.ToString() == "error") is { } failed)
        {
            throw new LabException($"the capture failed: {failed["Error"]}");
        }

        return captures?.Any(c => c?["State"]?.ToString() == "active") == true;
    }

    private async Task<bool> InjectionIsFinishedAsync(string uuid, CancellationToken cancel)
    {
        var injection = await client.InjectionAsync(uuid, cancel);
        return injection["State"]?.ToString() switch
        {
            "finished" => true,
            "failed" => throw new LabException($"the injection failed: {injection["Error"]}"),
            _ => false,
        };
    }

    private static async Task UntilAsync(string otherwise, Func<Task<bool>> holds, CancellationToken cancel, Func<Task<string>>? why = null)
    {
        var deadline = DateTime.UtcNow + _patience;
        while (!await holds())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new LabException(why is null ? $"{otherwise} after {_patience.TotalSeconds} s" : $"{otherwise} after {_patience.TotalSeconds} s: {await why()}");
            }

            await Task.Delay(250, cancel);
        }
    }
}
