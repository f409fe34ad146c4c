using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Analyzer.Node.Captures;
using Analyzer.Node.Fabric;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shared.Messages.Captures;
using Shared.Messages.Topology;

namespace Analyzer.Node.Host;

/// <summary>Whether this analyzer can serve: it's a member of the cluster, its database answers, and what recovers from it has.</summary>
internal static class AnalyzerHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // That there's an answer is all that's asked.
    private const string Nothing = "-";

    public static AkkaConfigurationBuilder WithHealth(this AkkaConfigurationBuilder akka, StorageHealth storage) => akka
        .WithActorSystemLivenessCheck()
        .WithAkkaClusterReadinessCheck()
        .WithHealthCheck("storage", async (_, _, stop) => Result(await storage.CheckAsync(stop).ConfigureAwait(false)))
        .WithHealthCheck("captures", (_, registry, stop) => RecoveredAsync("captures", registry.Get<CaptureRegistry>(), new GetCaptures { Uuid = Nothing }, stop))
        .WithHealthCheck("fabric", (_, registry, stop) => RecoveredAsync("fabric", registry.Get<FabricActor>(), new GetFabricLinks { Uuid = Nothing }, stop));

    private static async Task<HealthCheckResult> RecoveredAsync(string name, IActorRef singleton, object question, CancellationToken stop)
    {
        try
        {
            return Result((await singleton.Ask<object>(question, Patience, stop).ConfigureAwait(false) as Status.Failure)?.Cause.Message);
        }
        catch (AskTimeoutException)
        {
            return Result($"{name}: not recovered yet");
        }
    }

    private static HealthCheckResult Result(string? problem) => problem is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(problem);
}
