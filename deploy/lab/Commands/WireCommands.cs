using System.CommandLine;
using Lab.Hosts;

namespace Lab.Commands;

/// <summary>`cut` and `mend`: part hosts from the underlay, and connect them again.</summary>
internal static class WireCommands
{
    private static readonly Argument<string[]> _hosts = new("host") { Description = "hosts of the lab", Arity = ArgumentArity.OneOrMore };

    public static Command Cut() => Setting("cut", "pull hosts' cables: nothing they send arrives any more, nor does what they are sent", "down");

    public static Command Mend() => Setting("mend", "plug hosts' cables in again", "up");

    private static Command Setting(string name, string description, string state)
    {
        var command = new Command(name, description) { _hosts, LabOptions.Folder };
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(async () =>
        {
            var underlay = LabOptions.HostOf(parsed, "underlay");
            foreach (var host in parsed.GetValue(_hosts)!.Select(host => LabOptions.HostOf(parsed, host)))
            {
                await underlay.RunAsync($"ip link set {host.Name} {state}", cancel);
                Console.WriteLine($"{host.Name} is {(state == "up" ? "connected" : "cut off")}");
            }

            return 0;
        }));
        return command;
    }
}
