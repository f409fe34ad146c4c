using Akka.Configuration;
using Shared.Messages.Logging;
using Shared.Messages.Serialization;

namespace Shared.Messages.Configuration;

/// <summary>What every node of the cluster tells Akka, whatever its role.</summary>
public static class NodeSettings
{
    /// <summary>Name of the actor system: part of every address, the same on all nodes.</summary>
    public const string ActorSystemName = "skydive";

    /// <summary>Role of the nodes that discover and capture.</summary>
    public const string AgentRole = "agent";

    /// <summary>Role of the nodes that store and answer.</summary>
    public const string AnalyzerRole = "analyzer";

    /// <summary>
    /// The actor system's configuration: the user's own <c>akka</c> section first, then <paramref name="more"/>, then this node's
    /// endpoint, role, seeds, logging and serializers.
    /// </summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="role">Its cluster role.</param>
    /// <param name="remoting">Its endpoint.</param>
    /// <param name="seeds">"host:port" of the analyzers.</param>
    /// <param name="more">Settings of the role (sharding, persistence, …).</param>
    public static Config Akka(SkydiveConfig config, string role, RemotingOptions remoting, IReadOnlyList<string> seeds, Config? more = null) =>
        config.Akka
            .SafeWithFallback(more ?? ConfigurationFactory.Empty)
            .SafeWithFallback(Cluster(role, remoting, seeds))
            .SafeWithFallback(LogSetup.AkkaSettings(config.Log))
            .SafeWithFallback(ProtocolSerializer.Bindings);

    private static Config Cluster(string role, RemotingOptions remoting, IReadOnlyList<string> seeds)
    {
        var seedNodes = string.Join(", ", seeds.Select(seed => Quote($"akka.tcp://{ActorSystemName}@{seed}")));
        return ConfigurationFactory.ParseString($$"""
            akka {
              actor.provider = cluster
              remote.dot-netty.tcp {
                hostname = {{Quote(remoting.BindHost)}}
                public-hostname = {{Quote(remoting.Host)}}
                port = {{remoting.Port}}
                # A sync of a big host's graph is one message.
                maximum-frame-size = 32 MiB
                send-buffer-size = 1 MiB
                receive-buffer-size = 1 MiB
              }
              cluster {
                roles = [{{role}}]
                # Views and entities are the analyzers'; agents have no mediator that could take the gossip.
                pub-sub.role = {{AnalyzerRole}}
                seed-nodes = [{{seedNodes}}]
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                split-brain-resolver {
                  active-strategy = keep-oldest
                  stable-after = 7s
                  # Agents come and go; which side lives is for the analyzers to say.
                  keep-oldest.role = {{AnalyzerRole}}
                }
              }
              coordinated-shutdown.exit-clr = off
            }
            """);
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
