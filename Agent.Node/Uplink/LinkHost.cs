using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Petabridge.Cmd.Cluster;
using Petabridge.Cmd.Host;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Hosting;
using Shared.Messages.Security;
using Shared.Messages.Topology;

namespace Agent.Node.Uplink;

/// <summary>What one incarnation of the link is made of: the member of the cluster, the ways to the analyzers' entities, the console.</summary>
internal static class LinkHost
{
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    /// <summary>Puts an incarnation together. It ends with its actor system.</summary>
    /// <param name="config">The agent's configuration.</param>
    /// <param name="agent">The root of what measures, in its own actor system.</param>
    /// <param name="log">Gets what it logs.</param>
    public static IHost Build(SkydiveConfig config, IActorRef agent, ILogger log)
    {
        var options = config.Agent;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services
            .AddSerilog(log)
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton(_ => new Logins(config.Users, TimeProvider.System))
            .AddAkka(NodeHosting.ActorSystemName, (akka, services) => akka
                .WithSkydive(config.Log)
                .WithMembership(NodeHosting.AgentRole, options.Remoting, options.Analyzers, config.Tls)
                .WithShardRegionProxy<TopologyRegion>(TopologyShards.RegionName, NodeHosting.AnalyzerRole, TopologyShards.Extractor)
                .WithShardRegionProxy<FlowsRegion>(FlowShards.RegionName, NodeHosting.AnalyzerRole, FlowShards.Extractor)
                .WithActors((system, registry) =>
                {
                    var link = system.ActorOf(LinkActor.Props(agent, registry.Get<TopologyRegion>(), registry.Get<FlowsRegion>()), "link");
                    CloseBeforeLeaving(system, link);
                    var member = services.GetRequiredService<IHostApplicationLifetime>();
                    system.ActorOf(AnalyzerWatch.Props(options.RejoinAfter, member.StopApplication), "analyzer-watch");
                    StartConsole(system, options.Console, services.GetRequiredService<Logins>(), config.Tls);
                })
                .AddHocon(
                    """
                    akka {
                      # Joining costs nothing; a lone agent has no cluster to split.
                      cluster.seed-node-timeout = 1 s
                      # An analyzer that's gone doesn't answer a leave: the rest of the way out mustn't wait for it.
                      coordinated-shutdown.phases {
                        cluster-leave.timeout = 2 s
                        # The leader takes up to two rounds of gossip.
                        cluster-exiting.timeout = 4 s
                        cluster-exiting-done.timeout = 2 s
                        cluster-shutdown.timeout = 2 s
                      }
                    }
                    """,
                    HoconAddMode.Prepend)
                .AddHocon(config.Akka, HoconAddMode.Prepend));
        return builder.Build();
    }

    // Whoever watches it sees an end, then: an agent whose node goes first is taken for lost.
    private static void CloseBeforeLeaving(ActorSystem system, IActorRef link) => CoordinatedShutdown.Get(system).AddTask(
        CoordinatedShutdown.PhaseBeforeClusterShutdown,
        "close-link",
        async () =>
        {
            await link.GracefulStop(ClosePatience).ConfigureAwait(false);
            return Akka.Done.Instance;
        });

    private static void StartConsole(ActorSystem system, EndpointOptions? endpoint, Logins logins, TlsOptions? tls)
    {
        if (endpoint is null)
        {
            return;
        }

        ConsoleGate.Configure(system, endpoint, logins, tls);
        var console = PetabridgeCmd.Get(system);
        console.RegisterCommandPalette(ClusterCommands.Instance);
        console.Start();
    }

    /// <summary>Key of the way to the hosts' entities.</summary>
    private sealed class TopologyRegion;

    /// <summary>Key of the way to the flows entities.</summary>
    private sealed class FlowsRegion;

    /// <summary>Signals are the process's own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
