using System.Text.Json;
using Akka.Actor;
using Akka.Cluster;
using Analyzer.Node.Export;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Views;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shared.Messages.Captures;
using Shared.Messages.Hosting;
using Shared.Messages.Retention;
using Topology.Fabric.Links;
using Topology.Fabric.Model;
using CaptureList = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Http.Api;

/// <summary>GET /api/status, /health/live and /health/ready.</summary>
internal sealed class StatusApi(AnalyzerServices services)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/status", StatusAsync);
        routes.MapGet("/health/live", LiveAsync).AllowAnonymous();
        routes.MapGet("/health/ready", ReadyAsync).AllowAnonymous();
    }

    private static Task LiveAsync(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "live");
        json.WriteEndObject();
    });

    private async Task ReadyAsync(HttpContext context)
    {
        var report = await context.RequestServices.GetRequiredService<HealthCheckService>().CheckHealthAsync(context.RequestAborted).ConfigureAwait(false);
        var reasons = report.Entries.Where(check => check.Value.Status != HealthStatus.Healthy)
            .Select(check => check.Value.Description ?? check.Value.Exception?.Message ?? check.Key).Distinct(StringComparer.Ordinal).ToList();
        if (reasons.Count > 0)
        {
            // Why names files and databases.
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "not-ready", context.Caller() is null ? "not ready" : string.Join("; ", reasons), "analyzer");
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "ready");
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task StatusAsync(HttpContext context)
    {
        var graph = await services.View.Ask<CurrentGraph>(GetGraph.Instance, services.QueryTimeout).ConfigureAwait(false);
        var captures = await services.AskRegistryAsync<CaptureList>(services.Captures, new GetCaptures()).ConfigureAwait(false);
        var flows = await services.Flows.CountAsync(context.RequestAborted).ConfigureAwait(false);
        var journals = await services.JournalsAsync().ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("Version"u8, services.Version);
            WriteAgents(json, graph);
            json.WriteNumber("Nodes"u8, graph.Graph.NodeCount);
            json.WriteNumber("Edges"u8, graph.Graph.EdgeCount);
            json.WriteNumber("Flows"u8, flows);
            json.WriteNumber("Captures"u8, captures.Captures_.Count);
            WriteLosses(json, graph.Graph);
            WriteJournals(json, journals);
            context.RequestServices.GetRequiredService<FlowExport>().Write(json);
            WriteCluster(json, services.Cluster);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // An agent's host is in the graph for as long as its entity has the agent; then the entity empties it.
    private static void WriteAgents(Utf8JsonWriter json, CurrentGraph graph)
    {
        var hostNodes = graph.Graph.Nodes.Where(n => n.Type == "host").GroupBy(n => n.Host, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        json.WriteStartObject("Agents"u8);
        foreach (var (host, view) in graph.Hosts.Where(h => h.Key != FabricGraph.Host && h.Value.Revision > 0).OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(host);
            json.WriteString("State"u8, view.IsEmpty ? "lost" : "connected");
            if (hostNodes.TryGetValue(host, out var node))
            {
                json.WriteNumber("Since"u8, node.CreatedAt);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // What makes figures less than whole stands beside them.
    private static void WriteLosses(Utf8JsonWriter json, Graph graph)
    {
        json.WriteStartArray("Losses"u8);
        foreach (var loss in CaptureLoss.Of(graph))
        {
            json.WriteStartObject();
            json.WriteString("Node"u8, loss.Node);
            json.WriteString("Capture"u8, loss.Capture);
            json.WriteString("What"u8, loss.What);
            json.WriteNumber("Count"u8, loss.Count);
            if (loss.Since != 0)
            {
                json.WriteNumber("Since"u8, loss.Since);
            }

            json.WriteString("Why"u8, loss.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Times are Unix milliseconds, as everywhere.
    private static void WriteJournals(Utf8JsonWriter json, JournalsKept journals)
    {
        json.WriteStartObject("Journals"u8);
        foreach (var journal in journals.Journals)
        {
            json.WriteStartObject(journal.Name);
            json.WriteNumber("Size"u8, journal.Size);
            json.WriteNumber("LiveEstimated"u8, journal.Live);
            json.WriteNumber(journal.FreeExact ? "Free"u8 : "FreeEstimated"u8, journal.Free);
            json.WriteString("FreeIs"u8, journal.GivesBack ? "taken by new events, and given back to the file system by and by" : "taken by new events, not given back to the file system");
            json.WriteBoolean("Counted"u8, journal.Counted);
            json.WriteNumber("Events"u8, journal.Events);
            json.WriteNumber("Snapshots"u8, journal.Snapshots);
            json.WriteNumber("Oldest"u8, journal.Oldest);
            json.WriteNumber("Newest"u8, journal.Newest);
            json.WriteNumber("EventsPerSecond"u8, Math.Round(journal.EventsPerSecond, 1));
            json.WriteNumber("BytesPerSecond"u8, Math.Round(journal.BytesPerSecond));
            json.WriteStartObject("Retention"u8);
            json.WriteNumber("Age"u8, journal.MaxAge);
            json.WriteNumber("Size"u8, journal.MaxSize);
            json.WriteString("Unmet"u8, journal.Unmet);
            json.WriteNumber("LastRun"u8, journal.LastRun);
            json.WriteString("LastError"u8, journal.LastError);
            json.WriteEndObject();
            json.WriteStartObject("Deleted"u8);
            json.WriteNumber("Since"u8, journal.Since);
            json.WriteNumber("Events"u8, journal.DeletedEvents);
            json.WriteNumber("Snapshots"u8, journal.DeletedSnapshots);
            json.WriteNumber("Bytes"u8, journal.DeletedBytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteCluster(Utf8JsonWriter json, Cluster cluster)
    {
        var state = cluster.State;
        var unreachable = state.Unreachable.Select(m => m.Address).ToHashSet();
        json.WriteStartObject("Cluster"u8);
        json.WriteString("Self"u8, cluster.SelfAddress.ToString());
        json.WriteString("Leader"u8, state.Leader?.ToString() ?? "");
        json.WriteString("Singletons"u8, state.Members.Where(m => m.HasRole(NodeHosting.AnalyzerRole) && m.Status is MemberStatus.Up or MemberStatus.Leaving).Min(Member.AgeOrdering)?.Address.ToString() ?? "");
        json.WriteStartArray("Members"u8);
        foreach (var member in state.Members)
        {
            json.WriteStartObject();
            json.WriteString("Address"u8, member.Address.ToString());
            json.WriteStartArray("Roles"u8);
            foreach (var role in member.Roles.Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(role);
            }

            json.WriteEndArray();
            json.WriteString("Status"u8, member.Status.ToString());
            json.WriteBoolean("Reachable"u8, !unreachable.Contains(member.Address));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
