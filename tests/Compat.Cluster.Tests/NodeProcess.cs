using System.Diagnostics;
using System.Globalization;
using Compat.Cluster.Tests.Sharding;

namespace Compat.Cluster.Tests;

/// <summary><see cref="Program"/> as a process that can be killed.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    public static NodeProcess Start(SharedJournal journal, int port, int seed)
    {
        var dotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        string[] arguments =
        [
            typeof(Program).Assembly.Location,
            port.ToString(CultureInfo.InvariantCulture),
            seed.ToString(CultureInfo.InvariantCulture),
            journal.File,
        ];
        return new NodeProcess(Process.Start(new ProcessStartInfo(dotnet, arguments))!);
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
