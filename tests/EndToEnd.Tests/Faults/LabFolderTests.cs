using System.Diagnostics;
using System.Globalization;
using System.Text;
using EndToEnd.Tests.Running;
using Lab.Hosts;

namespace EndToEnd.Tests.Faults;

/// <summary>The lab's folder among files that aren't the lab's, which root could remove.</summary>
public sealed class LabFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-folder-").FullName;
    private readonly string _own;

    public LabFolderTests()
    {
        _own = Path.Combine(_folder, "own.txt");
        File.WriteAllText(_own, "not the lab's");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Down_leaves_a_folder_alone_that_holds_no_lab()
    {
        var down = await LabAsync("down");
        down.ExitCode.ShouldBe(0, down.Errors);
        down.Output.ShouldBe("No lab is up." + Environment.NewLine);
        File.Exists(_own).ShouldBeTrue();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Name": "another program's"}""")]
    [InlineData("")]
    [InlineData("""{"Hosts": [], "Forwarders": [], "Tunnel": "", "Folders": ["../"], "MadeRoot": true}""")]
    [InlineData("""{"Hosts": [], "Forwarders": [], "Tunnel": "", "Folders": [".."], "MadeRoot": true}""")]
    public async Task Up_and_down_refuse_a_folder_with_a_state_file_that_is_not_a_labs(string state)
    {
        File.WriteAllText(Path.Combine(_folder, "state.json"), state);
        foreach (var command in new[] { "down", "up" })
        {
            var run = await LabAsync(command);
            run.ExitCode.ShouldBe(1, run.Output);
            run.Errors.ShouldContain("state.json isn't a lab's");
            File.Exists(_own).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Down_removes_what_the_lab_wrote_and_nothing_else()
    {
        var lab = new LabFolder(_folder);
        lab.Create(["agent1"]);
        File.WriteAllText(Path.Combine(lab.Of("agent1"), "skydive.log"), "");
        var down = await LabAsync("down");
        down.ExitCode.ShouldBe(0, down.Errors);
        Directory.GetFileSystemEntries(_folder).ShouldBe([_own]);
    }

    [Fact]
    public async Task Down_removes_a_folder_that_the_lab_made()
    {
        var made = Path.Combine(_folder, "made");
        new LabFolder(made).Create(["agent1"]);
        (await Command.DotnetAsync(Repository.Program("deploy/lab", "Lab"), "down", "--folder", made)).ExitCode.ShouldBe(0);
        Directory.Exists(made).ShouldBeFalse();
    }

    [Fact]
    public async Task Up_refuses_a_folder_where_a_hosts_name_is_taken()
    {
        var taken = Directory.CreateDirectory(Path.Combine(_folder, "agent1")).FullName;
        var up = await LabAsync("up");
        up.ExitCode.ShouldBe(1, up.Output);
        up.Errors.ShouldContain(taken);
        Directory.GetFileSystemEntries(_folder).ShouldBe([taken, _own], ignoreOrder: true);
        (await LabAsync("down")).ExitCode.ShouldBe(0);
        Directory.GetFileSystemEntries(_folder).ShouldBe([taken, _own], ignoreOrder: true);
    }

    [Fact]
    public void What_a_dying_process_still_writes_is_removed_too()
    {
        var lab = new LabFolder(_folder);
        lab.Create(["agent1"]);
        var writes = "i=0; end=$(($(date +%s%N) + 500000000)); while [ $(date +%s%N) -lt $end ]; do for j in 1 2 3 4 5 6 7 8 9; do : >\"$0/$((i += 1))\" || exit 0; done; done";
        using var dying = Process.Start(new ProcessStartInfo("sh", ["-c", writes, lab.Of("agent1")]) { RedirectStandardError = true })!;
        while (!Directory.EnumerateFiles(lab.Of("agent1")).Skip(100).Any())
        {
            Thread.Sleep(1);
        }

        lab.Delete();
        dying.WaitForExit();
        Directory.GetFileSystemEntries(_folder).ShouldBe([_own]);
    }

    [Theory]
    [InlineData("hosts")]
    [InlineData("Open vSwitch")]
    [InlineData("the agents")]
    public async Task Up_that_is_stopped_on_its_way_removes_what_it_made_and_nothing_else(string step)
    {
        using var up = Process.Start(new ProcessStartInfo("dotnet", [Repository.Program("deploy/lab", "Lab"), "up", "--folder", _folder, "--http-port", "18086", "--pbm-port", "19116"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        var errors = up.StandardError.ReadToEndAsync();
        var said = new StringBuilder();
        while (await up.StandardOutput.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (line.Contains(step, StringComparison.Ordinal))
            {
                break;
            }
        }

        var rest = up.StandardOutput.ReadToEndAsync();
        var stop = await Command.RunAsync("kill", "-INT", up.Id.ToString(CultureInfo.InvariantCulture));
        await up.WaitForExitAsync();
        said.Append(await rest).Append(await errors);
        stop.ExitCode.ShouldBe(0, said.ToString());
        up.ExitCode.ShouldBe(130, said.ToString());
        Directory.GetFileSystemEntries(_folder).ShouldBe([_own], said.ToString());
    }

    private Task<Command> LabAsync(string command) => Command.DotnetAsync(Repository.Program("deploy/lab", "Lab"), command, "--folder", _folder);
}
