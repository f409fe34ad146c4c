using Agent.Node.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;

namespace Agent.Node.Host;

/// <summary>The agent as a process: goes on until it's told to stop, or until the analyzers refuse it.</summary>
internal sealed class AgentProcess(SkydiveConfig config, Serilog.ILogger serilog)
{
    /// <summary>Exit code when the link to the analyzers can't be opened at the start: a port that's taken, say.</summary>
    public const int FailedExitCode = 1;

    /// <summary>Exit code when the analyzers refuse this host.</summary>
    public const int RefusedExitCode = 3;

    private readonly ILogger _log = LogSetup.Main(serilog);
    private int _exitCode;

    /// <summary>Runs until <paramref name="stop"/>, SIGTERM or SIGINT.</summary>
    /// <returns>The process's exit code: 0, <see cref="FailedExitCode"/> or <see cref="RefusedExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var agent = AgentHost.Build(config, serilog, _ =>
        {
            _exitCode = RefusedExitCode;
            ended.Cancel();
        });
        try
        {
            await agent.RunAsync(ended.Token).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            _log.AgentCannotGoOn(e.InnerException, e.Message);
            _exitCode = FailedExitCode;
        }

        _log.AgentStopped();
        return _exitCode;
    }
}
