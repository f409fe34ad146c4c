using System.Diagnostics;
using EndToEnd.Tests.Running;
using Lab.Hosts;

namespace EndToEnd.Tests.AllInOne;

/// <summary>A capture file analysed without a lab and without privileges.</summary>
public sealed class AllInOneTests
{
    [Fact]
    public async Task A_user_without_privileges_sees_the_flows_of_a_capture_file()
    {
        var run = await AsNobodyAsync("--pcap", Capture("gre-ping.pcap"), "--http-port", "18083", "--once");
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ShouldContain("GRE");
        run.Output.ShouldContain("└ ");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var run = await AsNobodyAsync("--pcap", "/no/such/file.pcap", "--once");
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("/no/such/file.pcap");
    }

    [Fact]
    public async Task A_killed_one_leaves_no_process_and_no_folder()
    {
        var folders = RunningAllInOne.Folders;
        using var run = Process.Start(new ProcessStartInfo("dotnet", [Repository.Program("deploy/lab", "Lab"), "allinone", "--pcap", Capture("gre-ping.pcap"), "--http-port", "18083"]) { RedirectStandardOutput = true })!;
        while (await run.StandardOutput.ReadLineAsync() is { } line && !line.Contains("└ ", StringComparison.Ordinal))
        {
            // Until it shows the flows: both processes run.
        }

        var folder = RunningAllInOne.Folders.Except(folders).ShouldHaveSingleItem();
        ProcessesIn(folder).Count.ShouldBe(2);
        run.Kill();
        await RunningLab.EventuallyAsync("everything it made is gone", () => Task.FromResult(!Directory.Exists(folder) && ProcessesIn(folder).Count == 0));
    }

    private static List<string> ProcessesIn(string folder) =>
        [.. Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out var pid) && ProcessStat.CommandLine(pid).Contains($"--config {folder}", StringComparison.Ordinal))];

    private static string Capture(string name) => Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "captures", name);

    /// <summary>As a user that may enter the checkout but has no capability at all.</summary>
    private static Task<Command> AsNobodyAsync(params string[] options) =>
        Command.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
            "env", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp", "dotnet", Repository.Program("deploy/lab", "Lab"), "allinone", .. options]);
}
