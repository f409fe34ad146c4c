using System.Diagnostics;
using System.Globalization;

namespace EndToEnd.Tests.Running;

/// <summary>`allinone` over a capture file, as a user runs it in a terminal of his own; ended as his Ctrl-C would.</summary>
internal sealed class RunningAllInOne : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    private readonly Process _program;

    public RunningAllInOne(string capture, int httpPort)
    {
        _program = Process.Start(new ProcessStartInfo("dotnet", [
            Repository.Program("deploy/lab", "Lab"), "allinone", "--pcap", capture, "--http-port", httpPort.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        })!;
        _program.BeginOutputReadLine();
    }

    public bool HasExited => _program.HasExited;

    /// <summary>Where such runs keep their files.</summary>
    public static IReadOnlyList<string> Folders => [.. Directory.EnumerateDirectories(Path.GetTempPath(), "skydive-allinone-*")];

    public async ValueTask DisposeAsync()
    {
        (await Command.RunAsync("kill", "-TERM", _program.Id.ToString(CultureInfo.InvariantCulture))).ExitCode.ShouldBe(0);
        using var patience = new CancellationTokenSource(EndPatience);
        await _program.WaitForExitAsync(patience.Token);
        _program.Dispose();
    }
}
