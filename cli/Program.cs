using System.CommandLine;
using System.CommandLine.Invocation;
using Agent.Node.Flows;
using Cli.Client;
using Cli.Doctor;
using Cli.Flows;
using Cli.Security;

const int wrongUse = 2;

if (args is ["flows", ..])
{
    HotPath.CompileAhead();
}

var root = new RootCommand("What people type: flows of capture files, questions to an analyzer, what is seen on a host.")
{
    FlowsCommand.Create(),
    ClientCommand.Create(),
    DoctorCommand.Create(),
    CaCommand.Create(),
    UserCommand.Create(),
};
var arguments = root.Parse(args);
if (arguments.Action is ParseErrorAction wrong)
{
    wrong.ShowHelp = false;
}
// Ctrl-C prints the flows so far.
var exitCode = await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(8) });
return arguments.Errors.Count > 0 ? wrongUse : exitCode;
