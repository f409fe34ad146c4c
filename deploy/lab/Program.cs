using System.CommandLine;
using Lab;
using Lab.Commands;

var root = new RootCommand("The lab: three hosts on this machine, the tutorial run on them.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    ExecCommand.Create(),
    ProcessCommands.Start(),
    ProcessCommands.Kill(),
    ProcessCommands.List(),
    AllInOneCommand.Create(),
};
// Ctrl-C must find the time to take down what stands.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
