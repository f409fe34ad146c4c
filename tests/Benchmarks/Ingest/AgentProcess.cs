using System.Diagnostics;
using System.Globalization;
using Benchmarks.Remoting;

namespace Benchmarks.Ingest;

/// <summary>How an agent ended.</summary>
/// <param name="Told">Updates.</param>
/// <param name="Delivered">Of them.</param>
/// <param name="Dropped">Of them.</param>
internal sealed record AgentEnd(long Told, long Delivered, long Dropped);

/// <summary>This program once more, as <see cref="SyntheticAgent"/>.</summary>
internal sealed class AgentProcess
{
    private readonly Process _process;
    private readonly TaskCompletionSource<AgentEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _delivered;

    private AgentProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>Updates the analyzer has acknowledged so far.</summary>
    internal long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Seconds it has taken so far.</summary>
    internal double Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    internal static AgentProcess Start(string name, int analyzerPort, int flows) => new(Process.Start(
        new ProcessStartInfo("dotnet", [typeof(AgentProcess).Assembly.Location, "ingest", "agent", name, analyzerPort.ToString(CultureInfo.InvariantCulture), flows.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>Has it tell no more, and waits until all it told is stored.</summary>
    internal async Task<AgentEnd> EndAsync()
    {
        _process.StandardInput.Close();
        var end = await _ended.Task;
        await _process.WaitForExitAsync();
        return end;
    }

    private void Read(string? line)
    {
        switch (line?.Split(' '))
        {
            case null:
                _ended.TrySetException(new InvalidOperationException("a synthetic agent ended early"));
                break;
            case ["told", var told, var delivered, var dropped, ..]:
                _ended.TrySetResult(new AgentEnd(Number(told), Number(delivered), Number(dropped)));
                break;
            case [_, var number] when line.StartsWith(EchoProcess.Ready, StringComparison.Ordinal):
                Volatile.Write(ref _delivered, Number(number));
                break;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
