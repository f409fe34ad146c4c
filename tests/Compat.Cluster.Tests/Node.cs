using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;

namespace Compat.Cluster.Tests;

/// <summary>An actor system on a port of its own, with a cluster that makes up its mind fast.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const string SystemName = "spec";

    private static int s_lastPort = 23000 + (Environment.ProcessId % 10 * 90);

    private Node(ActorSystem system) => System = system;

    public ActorSystem System { get; }

    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(System);

    public Address Address => Cluster.SelfAddress;

    public static int NextPort() => Interlocked.Increment(ref s_lastPort);

    public static string AddressOf(int port) => $"akka.tcp://{SystemName}@127.0.0.1:{port}";

    public static Node Start(int port, IEnumerable<int> seeds, string role = "node", string extra = "") =>
        new(ActorSystem.Create(SystemName, ConfigurationFactory.ParseString(extra)
            .WithFallback(Config(port, seeds, role))
            .WithFallback(ClusterSharding.DefaultConfig())
            .WithFallback(DistributedPubSub.DefaultConfig())));

    /// <summary>The configuration without any of a test's own settings.</summary>
    public static Config Config(int port, IEnumerable<int> seeds, string role) => ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = {{Environment.GetEnvironmentVariable("SPEC_LOGLEVEL") ?? "ERROR"}}
          stdout-loglevel = ERROR
          log-dead-letters = off
          actor.provider = cluster
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
          cluster {
            roles = ["{{role}}"]
            seed-nodes = [{{string.Join(", ", seeds.Select(s => $"\"{AddressOf(s)}\""))}}]
            seed-node-timeout = 1s
            retry-unsuccessful-join-after = 2s
            periodic-tasks-initial-delay = 100ms
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 200ms
            failure-detector {
              heartbeat-interval = 200ms
              acceptable-heartbeat-pause = 2s
              expected-response-after = 1s
            }
            split-brain-resolver {
              active-strategy = keep-oldest
              stable-after = 1s
            }
          }
        }
        """);

    /// <summary>Waits until this node sees so many members Up, all reachable.</summary>
    public Task SeesUp(int members) => Eventually.True(
        () => Cluster.State.Unreachable.IsEmpty && Cluster.State.Members.Count(m => m.Status == MemberStatus.Up) == members && Cluster.State.Members.Count == members,
        () => $"{Address} to see {members} members Up, sees {Describe()}");

    public string Describe() =>
        $"[{string.Join(", ", Cluster.State.Members)}], unreachable [{string.Join(", ", Cluster.State.Unreachable)}]";

    /// <summary>Ends the system as a crash would: nothing is told to the others, the port falls silent.</summary>
    public Task Crash()
    {
        var ended = System.WhenTerminated;
        ((ExtendedActorSystem)System).Abort();
        return ended.WaitAsync(Eventually.Patience);
    }

    public async ValueTask DisposeAsync() => await System.Terminate().WaitAsync(Eventually.Patience);
}
