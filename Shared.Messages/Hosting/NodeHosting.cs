using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Event;
using Akka.Hosting;
using Akka.Logger.Serilog;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Configuration;
using Shared.Messages.Security;
using Shared.Messages.Serialization;

namespace Shared.Messages.Hosting;

/// <summary>What every node of the cluster tells Akka, whatever its role.</summary>
public static class NodeHosting
{
    /// <summary>Name of the actor system that is a member of the cluster: part of every address, the same on all nodes.</summary>
    public const string ActorSystemName = "skydive";

    /// <summary>Role of the nodes that discover and capture.</summary>
    public const string AgentRole = "agent";

    /// <summary>Role of the nodes that store and answer.</summary>
    public const string AnalyzerRole = "analyzer";

    /// <summary>What every node's host does besides its actors.</summary>
    public static IServiceCollection AddSkydiveHost(this IServiceCollection services) => services.AddHostedService<IdleMemory>();

    /// <summary>Logs through Serilog, sends only what a serializer of our own is bound to, and wakes ten times a second, not a hundred.</summary>
    public static AkkaConfigurationBuilder WithSkydive(this AkkaConfigurationBuilder akka, LogOptions log) => akka
        .ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.LogLevel = LevelOf(log.Level);
            loggers.AddSerilogLogging();
        })
        .WithStrictSerialization()
        .AddHocon(ProtocolSerializer.Bindings, HoconAddMode.Append)
        .AddHocon(
            """
            akka {
              stdout-loglevel = WARNING
              scheduler.tick-duration = 100 ms
              # The host runs it, and the host ends the process.
              coordinated-shutdown {
                exit-clr = off
                run-by-clr-shutdown-hook = off
              }
            }
            """,
            HoconAddMode.Append);

    /// <summary>Makes the actor system a member of the cluster.</summary>
    /// <param name="akka">The composition.</param>
    /// <param name="role">Its role.</param>
    /// <param name="remoting">Its endpoint.</param>
    /// <param name="seeds">"host:port" of the analyzers.</param>
    public static AkkaConfigurationBuilder WithMembership(this AkkaConfigurationBuilder akka, string role, RemotingOptions remoting, IReadOnlyList<string> seeds) =>
        akka.WithMembership(role, remoting, seeds, tls: null);

    /// <summary>The same with connections that are encrypted, where there are certificates.</summary>
    /// <exception cref="SkydiveConfigException">The certificates can't be used.</exception>
    internal static AkkaConfigurationBuilder WithMembership(
        this AkkaConfigurationBuilder akka, string role, RemotingOptions remoting, IReadOnlyList<string> seeds, TlsOptions? tls)
    {
        var scheme = tls is null ? "akka.tcp" : "akka.ssl.tcp";
        if (tls is not null)
        {
            akka.AddSetup(NodeTls.Open(tls).Setup).AddHocon("akka.remote.dot-netty.tcp.enable-ssl = on", HoconAddMode.Prepend);
        }

        TransportMemory.TakeLittle();
        return akka.WithRemoting(new RemoteOptions
        {
            HostName = remoting.BindHost,
            PublicHostName = remoting.Host,
            Port = remoting.Port,
        })
        .WithClustering(new ClusterOptions
        {
            Roles = [role],
            SeedNodes = [.. seeds.Select(seed => $"{scheme}://{ActorSystemName}@{seed}")],
            // Agents come and go; which side lives is for the analyzers to say.
            SplitBrainResolver = new KeepMajorityOption { Role = AnalyzerRole },
        })
        .AddHocon(
            $$"""
            akka {
              remote {
                # Longer than all need to hear that a member has left: until then they'd try to reach it.
                retry-gate-closed-for = 3 s
                adapters.farewell = "{{typeof(FarewellTransportProvider).FullName}},{{typeof(FarewellTransportProvider).Assembly.GetName().Name}}"
                dot-netty.tcp.applied-adapters = [farewell]
              }
              cluster {
                retry-unsuccessful-join-after = 2 s
                {{(role == AnalyzerRole ? AnalyzersWatch : AgentsWatch)}}
                # Who was put down has ended by then, or is cut off; should it write on, the journal takes one writer only.
                down-removal-margin = 200 ms
                split-brain-resolver {
                  stable-after = 3 s
                  # A rack of agents that boots or restarts isn't a cluster that can't decide.
                  down-all-when-unstable = off
                }
                # Views and entities are the analyzers'; agents have no mediator that could take the gossip.
                pub-sub {
                  role = {{AnalyzerRole}}
                  # Telling views that nobody has yet is no fault.
                  send-to-dead-letters-when-no-subscribers = off
                }
                # This version warns at once, whatever the period; health checks say what isn't there.
                singleton-proxy.log-singleton-identification-failure = off
              }
            }
            """,
            HoconAddMode.Prepend);
    }

    /// <summary>A node that's gone is taken for gone after six seconds: three until an analyzer misses it, three that nothing changes.</summary>
    private const string AnalyzersWatch =
        """
        # Each looks after all others, and not only after its neighbours, which may be agents.
        monitored-by-nr-of-members = 64
        failure-detector.acceptable-heartbeat-pause = 2 s
        unreachable-nodes-reaper-interval = 500 ms
        # All that are left must hear of it before it's removed.
        gossip-interval = 300 ms
        leader-actions-interval = 500 ms
        """;

    /// <summary>Who is gone is for the analyzers to say: an agent on a host that's busy isn't to accuse others.</summary>
    private const string AgentsWatch =
        """
        failure-detector.acceptable-heartbeat-pause = 10 s
        gossip-interval = 500 ms
        """;

    private static LogLevel LevelOf(string level) => level switch
    {
        "debug" => LogLevel.DebugLevel,
        "info" => LogLevel.InfoLevel,
        "warning" => LogLevel.WarningLevel,
        _ => LogLevel.ErrorLevel,
    };
}
