using System.CommandLine;
using System.Runtime.InteropServices;
using Lab;
using Lab.Commands;

var root = new RootCommand("The lab: hosts on this machine, the tutorial run on them.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    ExecCommand.Create(),
    ProcessCommands.Start(),
    ProcessCommands.Stop(),
    ProcessCommands.Kill(),
    ProcessCommands.Pause(),
    ProcessCommands.Resume(),
    WireCommands.Cut(),
    WireCommands.Mend(),
    ProcessCommands.List(),
    AllInOneCommand.Create(),
};

// Taken before anything is made, and for as long as it takes: a Ctrl-C finds the time to take down what stands.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
