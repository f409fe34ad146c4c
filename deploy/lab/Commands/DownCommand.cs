using System.CommandLine;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>`down`: removes the lab that's up.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var command = new Command("down", "remove the lab and everything it made") { LabOptions.Folder };
        command.SetAction((parsed, _) => LabOptions.GuardAsync(async () =>
        {
            LabOptions.FitOutput();
            var cluster = new LabCluster(LabOptions.FolderOf(parsed), LabOptions.ProcessesOf(parsed), new Progress(AnsiConsole.Console));
            Console.WriteLine(await cluster.DownInOrderAsync() ? "The lab is down." : "No lab is up.");
            return 0;
        }));
        return command;
    }
}
