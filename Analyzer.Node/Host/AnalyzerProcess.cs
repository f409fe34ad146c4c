using Akka.Actor;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;
using Topology.Fabric.Links;

namespace Analyzer.Node.Host;

/// <summary>The analyzer as a process: reads its configuration, runs until it's told to stop, and starts anew when its cluster put it down.</summary>
internal static class AnalyzerProcess
{
    private const int Ended = 0;
    private const int Failed = 1;
    private const int BadConfiguration = 2;

    private static readonly TimeSpan PauseBeforeRejoining = TimeSpan.FromSeconds(2);

    /// <summary>Runs an analyzer.</summary>
    /// <param name="file">The configuration file; null for the defaults.</param>
    /// <param name="overrides">Settings that win over the file's, "path=value".</param>
    /// <param name="stop">Ends the run, as SIGTERM and SIGINT do.</param>
    /// <returns>The process's exit code: 0 told to stop, 1 failed, 2 the configuration can't be used.</returns>
    public static async Task<int> RunAsync(string? file, IReadOnlyList<string> overrides, CancellationToken stop)
    {
        AnalyzerConfiguration configuration;
        try
        {
            configuration = AnalyzerConfiguration.Load(file, overrides);
        }
        catch (Exception e) when (e is SkydiveConfigException or FabricLinkException)
        {
            await System.Console.Error.WriteLineAsync($"analyzer: {e.Message}").ConfigureAwait(false);
            return BadConfiguration;
        }

        var logger = LogSetup.Create(configuration.Config.Log);
        await using (logger.ConfigureAwait(false))
        {
            Log.Logger = logger;
            var log = LogSetup.Main(logger);
            foreach (var path in configuration.Config.UnknownKeys)
            {
                log.UnknownKey(path);
            }

            try
            {
                while (await RunOnceAsync(configuration, logger, stop).ConfigureAwait(false) is CoordinatedShutdown.ClusterDowningReason)
                {
                    log.AnalyzerDowned();
                    await Task.Delay(PauseBeforeRejoining, stop).ConfigureAwait(false);
                }

                log.AnalyzerStopped();
                return Ended;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return Ended;
            }
            catch (SkydiveConfigException e)
            {
                log.Unusable(e.Message);
                return BadConfiguration;
            }
            // The last to see it: an address that's taken, a port that may not be bound, or a defect.
            catch (Exception e)
            {
                log.AnalyzerCannotGoOn(e);
                return Failed;
            }
        }
    }

    /// <summary>One life of the actor system.</summary>
    /// <returns>Why it ended.</returns>
    private static async Task<CoordinatedShutdown.Reason?> RunOnceAsync(AnalyzerConfiguration configuration, Serilog.ILogger logger, CancellationToken stop)
    {
        var seeds = await SeedGate.PassAsync(configuration.Config.Analyzer, LogSetup.Main(logger), stop).ConfigureAwait(false);
        var analyzer = AnalyzerHost.Build(configuration, seeds, logger);
        await using (analyzer.ConfigureAwait(false))
        {
            await analyzer.StartAsync(stop).ConfigureAwait(false);
            var shutdown = CoordinatedShutdown.Get(analyzer.Services.GetRequiredService<ActorSystem>());
            LogSetup.Main(logger).AnalyzerListens(configuration.Config.Analyzer.HostId, analyzer.Urls.First(), analyzer.Services.GetRequiredService<StorageHealth>().Place);
            if (configuration.Config.Users.File.Length > 0 && configuration.Config.Analyzer.Http is { Tls: null } http && !Exposure.IsLoopback(http.Host))
            {
                LogSetup.Main(logger).HttpNotEncrypted(analyzer.Urls.First());
            }

            await analyzer.WaitForShutdownAsync(stop).ConfigureAwait(false);
            return shutdown.ShutdownReason;
        }
    }
}
