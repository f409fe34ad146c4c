using System.Diagnostics;

namespace Benchmarks.Remoting;

/// <summary>This program once more, as the other side of a benchmark.</summary>
internal sealed class EchoProcess : IDisposable
{
    public const string Ready = "ready ";

    private readonly Process _process;

    private EchoProcess(Process process) => _process = process;

    /// <summary>What it has taken so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static EchoProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(EchoProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new EchoProcess(Process.Start(start)!);
    }

    public async Task<string> ReadyAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                return line[Ready.Length..];
            }
        }

        throw new InvalidOperationException("The other side of the benchmark ended before it was ready.");
    }

    /// <summary>Its input ends, and so does it.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
