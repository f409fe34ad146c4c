using System.CommandLine;
using Cli.Doctor.Facts;
using Cli.Flows;
using Shared.Messages.Configuration;
using Spectre.Console;

namespace Cli.Doctor;

/// <summary>`doctor`: what an agent would see on this host and what it wouldn't, and why.</summary>
internal static class DoctorCommand
{
    private const int Unfit = 1;
    private const int WrongUse = 2;
    private const string About =
        """
        Say what an agent would see on this host and what it wouldn't, why, and what to do about it.

        It looks at the kernel, this user's rights, libpcap, network namespaces, Open vSwitch, container runtimes, ports and
        memory. It makes and changes nothing. What it says holds for the user it's run as: run it as the agent's.

        Exit codes: 0 an agent works here, perhaps with limits; 1 something essential is missing; 2 wrong use.
        """;

    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "table: for people, a line for each thing in a pipe; json: findings and facts", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var configFile = new Option<string?>("--config", "-c") { Description = "The configuration file (HOCON) of the agent or analyzer: its paths and ports" };
        var command = new Command("doctor", About) { output, configFile };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                return await RunAsync(SkydiveConfig.Load(parsed.GetValue(configFile)), parsed.GetRequiredValue(output), stop);
            }
            catch (SkydiveConfigException e)
            {
                await Console.Error.WriteLineAsync($"configuration: {e.Message}");
                return WrongUse;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(SkydiveConfig config, string output, CancellationToken stop)
    {
        var facts = await HostFacts.GatherAsync(config, stop);
        var diagnosis = Diagnosis.Of(facts);
        if (output == "json")
        {
            DoctorText.WriteJson(Console.Out, diagnosis, facts);
        }
        else if (Console.IsOutputRedirected)
        {
            DoctorText.WriteLines(Console.Out, diagnosis);
        }
        else
        {
            AnsiConsole.Profile.Width = TerminalSize.Columns(descriptor: 1);
            DoctorText.WriteTable(AnsiConsole.Console, diagnosis);
        }

        return diagnosis.Works ? 0 : Unfit;
    }
}
