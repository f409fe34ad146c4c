using Akka.Actor;
using Akka.Cluster.Daemon;

namespace Akka.Cluster;

/// <summary>What a node does in the cluster phases of its coordinated shutdown: leave, wait to be let go, confirm, stop.</summary>
internal static class ClusterShutdownTasks
{
    public static void Register(Cluster cluster, CoordinatedShutdown shutdown)
    {
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "leave", async () =>
        {
            if (IsMember(cluster))
            {
                cluster.Leave(cluster.SelfAddress);
                await cluster.When(status => status is not (MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up)).ConfigureAwait(false);
            }

            return Done.Instance;
        });

        shutdown.AddTask(CoordinatedShutdown.PhaseClusterExiting, "wait-exiting", async () =>
        {
            if (IsMember(cluster))
            {
                await cluster.When(status => status is MemberStatus.Exiting or MemberStatus.Down or MemberStatus.Removed).ConfigureAwait(false);
            }

            return Done.Instance;
        });

        shutdown.AddTask(CoordinatedShutdown.PhaseClusterExitingDone, "exiting-completed", async () =>
        {
            if (IsMember(cluster))
            {
                await cluster.Daemon.Ask<Done>(new ExitingCompleted(), shutdown.Timeout(CoordinatedShutdown.PhaseClusterExitingDone)).ConfigureAwait(false);
            }

            return Done.Instance;
        });

        shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "wait-shutdown", async () =>
        {
            var stopped = cluster.Daemon.GracefulStop(shutdown.Timeout(CoordinatedShutdown.PhaseClusterShutdown));
            cluster.Shutdown();
            await stopped.ConfigureAwait(false);
            return Done.Instance;
        });
    }

    private static bool IsMember(Cluster cluster) => !cluster.IsTerminated && cluster.SelfMember.Status is not (MemberStatus.Removed or MemberStatus.Down);
}
