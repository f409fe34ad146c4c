using System.Runtime.InteropServices;
using Akka.Actor;
using Analyzer.Node.Console;
using Analyzer.Node.Http;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;
using Topology.Fabric.Links;

namespace Analyzer.Node.Host;

/// <summary>The analyzer as a process: reads its configuration, runs until a signal, ends in order.</summary>
internal static class AnalyzerProcess
{
    private const int Ended = 0;
    private const int Failed = 1;
    private const int BadConfiguration = 2;

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
            foreach (var path in configuration.Config.UnknownKeys)
                logger.Warning("{Path} is no key of the configuration: nothing reads it", path);
            try
            {
                await RunAsync(configuration, logger, stop).ConfigureAwait(false);
                return Ended;
            }
            catch (SkydiveConfigException e)
            {
                logger.Fatal("{Problem:l}", e.Message);
                return BadConfiguration;
            }
            catch (AnalyzerEndedException e)
            {
                logger.Fatal("{Problem:l}", e.Message);
                return Failed;
            }
            // The last to see it: an address that's taken, a port that may not be bound, or a defect.
            catch (Exception e)
            {
                logger.Fatal(e, "the analyzer can't go on");
                return Failed;
            }
        }
    }

    private static async Task RunAsync(AnalyzerConfiguration configuration, Serilog.ILogger logger, CancellationToken stop)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelled = stop.Register(() => told.TrySetResult());
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

        var options = configuration.Config.Analyzer;
        var storage = new StorageHealth(options.Storage);
        var system = ActorSystem.Create(NodeSettings.ActorSystemName, AnalyzerSettings.Akka(configuration.Config));
        try
        {
            var (services, gateway) = await AnalyzerSystem.StartAsync(system, options, configuration.FabricLinks, storage).ConfigureAwait(false);
            var server = await HttpServer.StartAsync(options.Http, services, gateway, logger).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                ConsoleHost.Start(system, options.Console, services);
                logger.Information("analyzer {Host:l} listens on {Http:l}; database {Database:l}", options.HostId, server.Address, storage.Place);
                await Task.WhenAny(told.Task, system.WhenTerminated).ConfigureAwait(false);
            }

            if (!told.Task.IsCompleted)
                throw new AnalyzerEndedException("the cluster put this analyzer down; start it again to rejoin");
            logger.Information("told to stop: leaving the cluster");
        }
        finally
        {
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        }

        void OnSignal(PosixSignalContext signal)
        {
            // Without this the process would end at once.
            signal.Cancel = true;
            told.TrySetResult();
        }
    }

    private sealed class AnalyzerEndedException(string message) : Exception(message);
}
