using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Lab.Hosts;

namespace Lab.Commands;

/// <summary>`exec HOST -- COMMAND`: a program on a host of the lab, its input and output this terminal's.</summary>
internal static class ExecCommand
{
    private static readonly Argument<string> _host = new("host") { Description = "a host of the lab, or underlay" };
    private static readonly Argument<string[]> _command = new("command") { Description = "the program and its arguments, after --", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var command = new Command("exec", "run a program on a host of the lab") { _host, _command, LabOptions.Folder };
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(async () =>
        {
            var host = LabOptions.HostOf(parsed, parsed.GetValue(_host)!);
            string[] enter = ["--target", host.Pid.ToString(CultureInfo.InvariantCulture), "--net", "--mount", "--uts", "--pid", "--", .. parsed.GetValue(_command)!];
            using var process = Process.Start(new ProcessStartInfo("nsenter", enter)) ?? throw new LabException("nsenter did not start");
            await process.WaitForExitAsync(cancel);
            return process.ExitCode;
        }));
        return command;
    }
}
