using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cli.Client;
using EndToEnd.Tests.Running;
using Lab.Tutorial;

namespace EndToEnd.Tests.Cluster;

/// <summary>What must be so after every fault.</summary>
internal static class ClusterState
{
    // What changes by the second, or says when it was looked at.
    private static readonly string[] _volatile = ["Metric", "LastUpdateMetric", "Neighbors"];

    /// <summary>All counters of the pings' flows are what tcpdump counted, whichever analyzer is asked.</summary>
    public static async Task CountersAreExactAsync(ClusterLab.Lab lab, int icmpId, IEnumerable<SteadyLoad.Counted> counted)
    {
        foreach (var place in counted)
        {
            var tid = (await lab.NodesAsync(place.Point)).Single()["Metadata"]!["TID"]!.ToString();
            foreach (var (name, client) in lab.Clients)
            {
                (long Requests, long Replies) seen = default;
                try
                {
                    await RunningLab.EventuallyAsync($"{name} has all pings of {place.Where}", async () =>
                    {
                        var flows = (await client.ElementsAsync($"G.Flows().Has('NodeTID', '{tid}', 'ICMP.ID', {icmpId})", CancellationToken.None)).Select(FlowRecord.Parse).ToList();
                        seen = (flows.Sum(flow => flow.AbPackets), flows.Sum(flow => flow.BaPackets));
                        return seen == (place.Requests, place.Replies);
                    }, 60);
                }
                catch (TimeoutException)
                {
                    seen.ShouldBe((place.Requests, place.Replies), $"{place.Where} as {name} has it, and as tcpdump counted");
                }
            }
        }
    }

    /// <summary>Each analyzer has the hosts' interfaces as the hosts have them.</summary>
    public static async Task GraphIsTheHostsAsync(ClusterLab.Lab lab)
    {
        foreach (var (host, ns) in new[] { ("agent1", "ns1"), ("agent2", "ns2") })
        {
            var held = Links(await ClusterLab.Lab.ShellAsync(host, "ip -j link")).Concat(Links(await ClusterLab.Lab.ShellAsync(host, $"ip netns exec {ns} ip -j link"))).Order().ToList();
            foreach (var (name, client) in lab.Clients)
            {
                await RunningLab.EventuallyAsync($"{name} has the interfaces of {host}", async () =>
                {
                    var nodes = await client.ElementsAsync($"G.V().Has('Host', '{host}').HasKey('MTU')", CancellationToken.None);
                    return nodes.Select(node => Link(node["Metadata"]!["Name"], node["Metadata"]!["IfIndex"], node["Metadata"]!["MTU"])).Order().SequenceEqual(held);
                }, 30);
            }
        }
    }

    /// <summary>All analyzers answer with the same graph and the same flows.</summary>
    public static async Task AllAnswerTheSameAsync(ClusterLab.Lab lab)
    {
        foreach (var query in new[] { "G.V()", "G.E()", $"G.Flows().Has('ICMP.ID', Gt(0))" })
        {
            await RunningLab.EventuallyAsync($"all analyzers answer {query} the same", async () =>
            {
                var answers = await Task.WhenAll(lab.Clients.Values.Select(client => client.ElementsAsync(query, CancellationToken.None)));
                return answers.Select(Canonical).Distinct(StringComparer.Ordinal).Count() == 1;
            }, 30);
        }
    }

    /// <summary>No entity was written by two analyzers at once, no event is missing, and none was written after one that follows it.</summary>
    public static async Task EachHasOneWriterAsync()
    {
        // Times are .NET's ticks. Away to another analyzer and back within a second nobody moves.
        const long second = 10_000_000;
        foreach (var table in new[] { "journal", "journal_flows" })
        {
            var written = await ClusterLab.Lab.SqlAsync(string.Create(CultureInfo.InvariantCulture,
                $"""
                with events as (
                    select persistence_id, sequence_number, writer_uuid, created, ordering,
                        lag(writer_uuid) over entity as writer_before, lag(created) over entity as created_before, lag(ordering) over entity as ordering_before
                    from {table} window entity as (partition by persistence_id order by sequence_number)),
                turns as (
                    select persistence_id, sequence_number, writer_uuid, created, created_before,
                        lag(writer_before) over (partition by persistence_id order by sequence_number) as writer_last, lag(created_before) over (partition by persistence_id order by sequence_number) as left_at
                    from events where writer_before is distinct from writer_uuid)
                select persistence_id || ': another wrote just before ' || sequence_number from turns where writer_last = writer_uuid and created - left_at < {second}
                union all
                select persistence_id || ': ' || sequence_number || ' was written before the one before it' from events where ordering < ordering_before
                union all
                select persistence_id || ' lacks events' from {table} group by persistence_id having max(sequence_number) - min(sequence_number) + 1 <> count(*)
                """));
            written.ShouldBeEmpty();
        }
    }

    private static IEnumerable<string> Links(string json) => JsonNode.Parse(json)!.AsArray()
        // The port of a capture's mirror, which is the agent's own.
        .Where(link => !link!["ifname"]!.ToString().StartsWith("skm", StringComparison.Ordinal))
        .Select(link => Link(link!["ifname"], link["ifindex"], link["mtu"]));

    private static string Link(JsonNode? name, JsonNode? index, JsonNode? mtu) => string.Create(CultureInfo.InvariantCulture, $"{index} {name} {mtu}");

    private static string Canonical(IReadOnlyList<JsonObject> elements) => string.Join('\n', elements.Select(element =>
    {
        if (element["Metadata"] is JsonObject metadata)
        {
            foreach (var name in _volatile)
            {
                metadata.Remove(name);
            }

            foreach (var capture in metadata["Captures"] as JsonArray ?? [])
            {
                ((JsonObject)capture!).Remove("PacketsReceived");
            }
        }

        foreach (var name in new[] { "UpdatedAt", "Revision" })
        {
            element.Remove(name);
        }

        return element.ToJsonString(JsonSerializerOptions.Default);
    }).Order(StringComparer.Ordinal));
}
