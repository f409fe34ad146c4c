using System.CommandLine;
using Lab.Cluster;
using Lab.Hosts;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>Options every lab command has, and what they stand for.</summary>
internal static class LabOptions
{
    public static Option<string> Folder { get; } = new("--folder") { Description = "where the lab keeps its files", DefaultValueFactory = _ => LabFolder.Default, Recursive = true };

    public static LabFolder FolderOf(ParseResult parsed) => new(parsed.GetValue(Folder)!);

    public static ClusterProcesses ProcessesOf(ParseResult parsed) => new(FolderOf(parsed));

    /// <summary>A file or a pipe gets no colours, and tables as wide as they are: a table cut at 80 columns is of no use there.</summary>
    public static void FitOutput()
    {
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            return;
        }

        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Width = 220;
    }

    /// <summary>Runs a command's work; a refusal is said on stderr and gives 1.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is LabException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            AnsiConsole.Console.Profile.Out.Writer.Flush();
            await Console.Error.WriteLineAsync($"skydive: {e.Message}");
            return 1;
        }
    }

    /// <summary>The host of that name in the lab that's up.</summary>
    public static LabHost HostOf(ParseResult parsed, string name)
    {
        var hosts = HostsOf(parsed);
        return hosts.FirstOrDefault(h => h.Name == name && h.IsRunning)
            ?? throw new LabException($"no host {name} in the lab; there are {string.Join(", ", hosts.Select(h => h.Name))}");
    }

    /// <summary>All hosts of the lab that's up.</summary>
    public static IReadOnlyList<LabHost> HostsOf(ParseResult parsed)
    {
        var (hosts, _, _) = FolderOf(parsed).Load();
        return hosts.Count > 0 ? hosts : throw new LabException("no lab is up: ./skydive up");
    }
}
