using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cli.Doctor;
using Cli.Doctor.Facts;
using Spectre.Console;

namespace Cli.Tests.Doctor;

/// <summary>The command, run on the host the tests run on.</summary>
public sealed class DoctorRunTests
{
    [Fact]
    public async Task Root_s_agent_works_here_and_a_user_s_without_capabilities_does_not()
    {
        var (asRoot, facts) = await RunAsync([]);
        asRoot.ShouldBe(0, facts.ToString());
        facts.GetProperty("Works").GetBoolean().ShouldBeTrue();
        Verdict(facts, "libpcap").ShouldBe("ok");
        Verdict(facts, "CAP_NET_RAW").ShouldBe("ok");
        Verdict(facts, "packet sockets").ShouldBe("ok");
        facts.GetProperty("Facts").GetProperty("Kernel").GetString().ShouldBe(File.ReadAllText("/proc/sys/kernel/osrelease").Trim());

        // The tests themselves make veth pairs.
        Verdict(facts, "veth").ShouldNotBe("missing");

        var (asNobody, limited) = await RunAsync(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "env", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp"]);
        asNobody.ShouldBe(1, limited.ToString());
        Verdict(limited, "libpcap").ShouldBe("ok");
        Verdict(limited, "CAP_NET_RAW").ShouldBe("missing");
        Verdict(limited, "CAP_SYS_ADMIN").ShouldBe("missing");
        limited.GetProperty("Facts").GetProperty("Rights").GetProperty("UserId").GetInt32().ShouldBe(65534);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_this_process_s()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"skydive.analyzer.http.port = {port}");
            var (_, facts) = await RunAsync([], "--config", file);
            Verdict(facts, $"{port}").ShouldBe("limited");
            Finding(facts, $"{port}").GetProperty("Why").GetString()!.ShouldContain($"({Environment.ProcessId})");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--output", "xml")]
    [InlineData("--config", "/no/such/file.conf")]
    [InlineData("surplus", "")]
    public async Task Wrong_use_is_2(string option, string value)
    {
        using var process = Start([], option, value);
        await process.StandardOutput.ReadToEndAsync();
        (await process.StandardError.ReadToEndAsync()).ShouldNotBeEmpty();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(2);
    }

    [Fact]
    public void A_terminal_gets_a_table_that_fits_and_a_pipe_a_line_for_each_thing()
    {
        var diagnosis = Diagnosis.Of(CraftedHost.Whole.With("geneve", ModuleState.Absent));
        using var drawn = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(drawn), Ansi = AnsiSupport.No });
        console.Profile.Width = 90;
        DoctorText.WriteTable(console, diagnosis);
        var table = drawn.ToString().Split('\n');
        table.ShouldAllBe(line => line.Length <= 90);
        table.ShouldContain(line => line.StartsWith("  missing", StringComparison.Ordinal) && line.Contains("geneve", StringComparison.Ordinal));

        using var written = new StringWriter();
        DoctorText.WriteLines(written, diagnosis);
        var lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(diagnosis.Findings.Length + 1);
        lines[^1].ShouldBe(diagnosis.Conclusion);
        lines.ShouldContain(line => line.StartsWith("missing\tkernel\tgeneve\t", StringComparison.Ordinal));
    }

    private static string? Verdict(JsonElement diagnosis, string what) => Finding(diagnosis, what).GetProperty("Verdict").GetString();

    private static JsonElement Finding(JsonElement diagnosis, string what) =>
        diagnosis.GetProperty("Findings").EnumerateArray().Where(finding => finding.GetProperty("What").GetString() == what).ShouldHaveSingleItem();

    private static async Task<(int ExitCode, JsonElement Diagnosis)> RunAsync(string[] before, params string[] options)
    {
        using var process = Start(before, ["-o", "json", .. options]);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        (await errors).ShouldBeEmpty();
        return (process.ExitCode, JsonDocument.Parse(output).RootElement);
    }

    private static Process Start(string[] before, params string[] options)
    {
        string[] command = [.. before, "dotnet", typeof(DoctorCommand).Assembly.Location, "doctor", .. options];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
