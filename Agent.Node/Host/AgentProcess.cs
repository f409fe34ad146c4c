using Agent.Node.OpenVSwitch;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Petabridge.Cmd.Cluster;
using Petabridge.Cmd.Host;
using Serilog;
using Shared.Messages.Configuration;

namespace Agent.Node.Host;

/// <summary>
/// The agent as a process: an actor system that joins the analyzers' cluster, and another one when that lost them. The
/// process itself goes on until it's told to stop, or until the analyzers refuse it.
/// </summary>
internal sealed class AgentProcess(SkydiveConfig config, ILogger log)
{
    /// <summary>Exit code when the analyzers refuse this host.</summary>
    public const int RefusedExitCode = 3;

    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MirrorPatience = TimeSpan.FromSeconds(2);

    private static readonly Config AgentSettings = ConfigurationFactory.ParseString("""
        akka {
          # An analyzer that's gone doesn't answer a leave: the rest of the way out mustn't wait for it.
          coordinated-shutdown.phases {
            cluster-leave.timeout = 2 s
            cluster-exiting.timeout = 1 s
            cluster-exiting-done.timeout = 1 s
            cluster-shutdown.timeout = 1 s
          }
        }
        """);

    private enum Ending
    {
        Stopped,
        Refused,
        Alone,
        Terminated,
    }

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    /// <returns>The process's exit code: 0, or <see cref="RefusedExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        while (true)
        {
            switch (await RunOnceAsync(stop).ConfigureAwait(false))
            {
                case Ending.Stopped:
                    log.Information("agent stopped");
                    return 0;
                case Ending.Refused:
                    return RefusedExitCode;
                case Ending.Alone or Ending.Terminated:
                    log.Information("the agent starts anew, to join the analyzers again");
                    break;
            }
        }
    }

    private async Task<Ending> RunOnceAsync(CancellationToken stop)
    {
        var agent = config.Agent;
        // Sharding is loaded when first used; its serializer has to be known from the start.
        var more = AgentSettings.WithFallback(Console(agent.Console)).WithFallback(ClusterSharding.DefaultConfig());
        var settings = NodeSettings.Akka(config, NodeSettings.AgentRole, agent.Remoting, agent.Analyzers, more);
        var system = ActorSystem.Create(NodeSettings.ActorSystemName, settings);
        var ending = new TaskCompletionSource<Ending>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopped = stop.Register(() => ending.TrySetResult(Ending.Stopped));
        _ = system.WhenTerminated.ContinueWith(_ => ending.TrySetResult(Ending.Terminated), TaskScheduler.Default);

        var host = system.ActorOf(
            HostActor.Props(
                Guid.NewGuid().ToString(), agent, config.Flow, AnalyzerRegions.Start(system), _ => ending.TrySetResult(Ending.Refused)),
            "agent");
        system.ActorOf(AnalyzerWatch.Props(agent.RejoinAfter, () => ending.TrySetResult(Ending.Alone)), "analyzer-watch");
        TakeMirrorsAway(system, host);
        if (agent.Console is not null)
        {
            var console = PetabridgeCmd.Get(system);
            console.RegisterCommandPalette(ClusterCommands.Instance);
            console.Start();
        }

        var how = await ending.Task.ConfigureAwait(false);
        await ShutDownAsync(system).ConfigureAwait(false);
        return how;
    }

    private void TakeMirrorsAway(ActorSystem system, IActorRef host) => CoordinatedShutdown.Get(system).AddTask(
        CoordinatedShutdown.PhaseBeforeServiceUnbind,
        "take-mirrors-away",
        async () =>
        {
            try
            {
                await host.Ask<Akka.Done>(OvsdbProbe.RemoveMarked.Instance, MirrorPatience).ConfigureAwait(false);
            }
            catch (Exception e) when (e is AskTimeoutException or OvsdbException)
            {
                log.Warning("mirrors stay on Open vSwitch's bridges until the agent's next start: {Reason}", e.Message);
            }

            return Akka.Done.Instance;
        });

    private async Task ShutDownAsync(ActorSystem system)
    {
        var shutdown = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        if (await Task.WhenAny(shutdown, Task.Delay(ShutdownPatience)).ConfigureAwait(false) != shutdown)
        {
            log.Warning("the actor system isn't down after {Seconds} s", ShutdownPatience.TotalSeconds);
            return;
        }

        await shutdown.ConfigureAwait(false);
        await system.WhenTerminated.ConfigureAwait(false);
    }

    private static Config Console(EndpointOptions? console) => console is null
        ? ConfigurationFactory.Empty
        : ConfigurationFactory.ParseString($$"""petabridge.cmd { host = "{{console.Host}}", port = {{console.Port}} }""");
}
