using Agent.Node.Logging;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;
using Shared.Messages.Telemetry;

namespace Agent.Node.Host;

/// <summary>
/// What an agent is made of: the actor system that measures, which knows nothing of the cluster and ends only with the
/// process, and the link to the analyzers, whose actor system may end and start anew as the cluster has it.
/// </summary>
internal static class AgentHost
{
    /// <summary>Name of the actor system that measures.</summary>
    public const string ActorSystemName = "agent";

    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MirrorPatience = TimeSpan.FromSeconds(2);

    /// <summary>Puts an agent together.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="serilog">Gets what it logs.</param>
    /// <param name="refused">Called when the analyzers refuse this host, with their reason.</param>
    public static IHost Build(SkydiveConfig config, Serilog.ILogger serilog, Action<string> refused)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var session = Guid.NewGuid().ToString();
        builder.Services
            .AddSerilog(serilog)
            .AddSystemd()
            .AddSkydiveHost()
            .Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience)
            .AddSkydiveTelemetry(config, NodeHosting.AgentRole, metrics =>
            {
                if (config.Agent.Metrics is { } endpoint)
                {
                    metrics.AddPrometheusHttpListener(prometheus => (prometheus.Host, prometheus.Port) = (endpoint.Host, endpoint.Port));
                }
            })
            .AddAkka(ActorSystemName, akka => akka
                .WithSkydive(config.Log)
                .WithActors((system, registry) =>
                {
                    var agent = system.ActorOf(HostActor.Props(session, config.Agent, config.Flow, refused), "agent");
                    registry.Register<HostActor>(agent);
                    TakeMirrorsAway(system, agent, LogSetup.Main(serilog));
                })
                // The user's own akka section wins over all of it, but for the cluster, which is the link's.
                .AddHocon(config.Akka, HoconAddMode.Prepend)
                .WithActorRefProvider(ProviderSelection.Local.Instance))
            // Started last, stopped first: what the captures had to say leaves with it.
            .AddHostedService(services => new ClusterLink(
                config, services.GetRequiredService<IRequiredActor<HostActor>>(), serilog, services.GetRequiredService<IHostApplicationLifetime>()));
        return builder.Build();
    }

    private static void TakeMirrorsAway(ActorSystem system, IActorRef agent, Microsoft.Extensions.Logging.ILogger log) => CoordinatedShutdown.Get(system).AddTask(
        CoordinatedShutdown.PhaseBeforeServiceUnbind,
        "take-mirrors-away",
        async () =>
        {
            try
            {
                await agent.Ask<Akka.Done>(OvsdbProbe.RemoveMarked.Instance, MirrorPatience).ConfigureAwait(false);
            }
            catch (Exception e) when (e is AskTimeoutException or OvsdbException)
            {
                log.MirrorsStay(e.Message);
            }

            return Akka.Done.Instance;
        });
}
