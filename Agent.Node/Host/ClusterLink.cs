using Agent.Node.Logging;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;

namespace Agent.Node.Host;

/// <summary>The link to the analyzers can't be opened.</summary>
internal sealed class LinkException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// The agent's membership in the analyzers' cluster, one incarnation after another: each is an actor system of its own, and
/// when the cluster has done with one (its analyzers are gone, it was downed or quarantined) the next one joins. What
/// measures doesn't notice, but for who takes its reports.
/// </summary>
internal sealed class ClusterLink(SkydiveConfig config, IRequiredActor<HostActor> agent, Serilog.ILogger serilog, IHostApplicationLifetime process) : BackgroundService
{
    private static readonly TimeSpan KnockEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(3);

    private readonly ILogger _log = LogSetup.Main(serilog);

    /// <summary>Has what was measured delivered, then leaves the cluster.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await agent.ActorRef.Ask<Akka.Done>(Drain.Instance, DrainPatience, cancellationToken).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            _log.NotAllDelivered(DrainPatience.TotalSeconds);
        }

        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var measuring = await agent.GetAsync(stoppingToken).ConfigureAwait(false);
        for (var incarnation = 1L; !stoppingToken.IsCancellationRequested; incarnation++)
        {
            await AnalyzerListensAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                using var member = LinkHost.Build(config, measuring, serilog);
                await member.StartAsync(stoppingToken).ConfigureAwait(false);
                await member.WaitForShutdownAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (incarnation == 1)
                {
                    process.StopApplication();
                    throw new LinkException($"the link to the analyzers can't be opened: {e.Message}", e);
                }

                _log.LinkCannotOpen(e);
            }

            if (!stoppingToken.IsCancellationRequested)
            {
                _log.LinkStartsAnew();
            }
        }
    }

    // An agent may start long before its analyzers: knocking is cheaper, and quieter, than trying to join.
    private async Task AnalyzerListensAsync(CancellationToken stop)
    {
        for (var knocks = 0; ; knocks++)
        {
            foreach (var analyzer in config.Agent.Analyzers)
            {
                if (await Knock.ListensAsync(analyzer, stop).ConfigureAwait(false))
                {
                    return;
                }
            }

            if (knocks == 0)
            {
                _log.NoAnalyzerListens(string.Join(", ", config.Agent.Analyzers));
            }

            await Task.Delay(KnockEvery, stop).ConfigureAwait(false);
        }
    }
}
