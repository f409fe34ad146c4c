using Akka.Actor;
using Akka.Cluster;
using Shared.Messages.Captures;
using Shared.Messages.Topology;

namespace Analyzer.Node.Host;

/// <summary>Whether this analyzer can serve: it's a member of the cluster, its database answers, and what recovers from it has.</summary>
internal sealed class Readiness(Cluster cluster, StorageHealth storage, IActorRef captures, IActorRef fabric)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What's missing, for users; empty when it's ready.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken stop)
    {
        var reasons = new List<string>();
        if (cluster.SelfMember.Status != MemberStatus.Up)
            reasons.Add($"this analyzer isn't up in its cluster yet, but {cluster.SelfMember.Status}");
        if (await storage.CheckAsync(stop).ConfigureAwait(false) is { } problem)
        {
            reasons.Add(problem);
            return reasons;
        }

        foreach (var (name, registry, question) in new (string, IActorRef, object)[] { ("captures", captures, new GetCaptures()), ("fabric", fabric, new GetFabricLinks()) })
        {
            try
            {
                if (await registry.Ask<object>(question, Patience, stop).ConfigureAwait(false) is Status.Failure failure)
                    reasons.Add(failure.Cause.Message);
            }
            catch (AskTimeoutException)
            {
                reasons.Add($"{name}: not recovered yet");
            }
        }

        return reasons;
    }
}
