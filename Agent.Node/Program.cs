using System.CommandLine;
using System.CommandLine.Invocation;
using Agent.Node.Host;
using Agent.Node.Linux;
using Agent.Node.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;

const int wrongUse = 2;

var configFile = new Option<string?>("--config", "-c") { Description = "HOCON file; without it the defaults hold" };
var overrides = new Option<string[]>("--set") { Description = "A line of HOCON that wins over the file: skydive.host-id = agent1" };

var run = new Command("run", "Discovers this host, captures, and tells the analyzers (the default)") { configFile, overrides };
run.SetAction(Run);

var topology = new Command("topology", "Prints this host's graph as JSON, without a cluster") { configFile, overrides };
topology.SetAction((arguments, stop) => WithConfig(arguments, async config =>
{
    Console.Out.WriteLine(await TopologyPrinter.PrintAsync(config.Agent, stop));
    return 0;
}));

var root = new RootCommand("Agent of SkydiveActors: topology and flows of a host") { configFile, overrides, run, topology };
root.SetAction(Run);
var arguments = root.Parse(args);
if (arguments.Action is ParseErrorAction wrong)
{
    wrong.ShowHelp = false;
}
// Signals are the agent's own: it delivers its flows and leaves the cluster first.
var isAgent = arguments.CommandResult.Command is var command && (command == run || command == root);
var exitCode = await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = isAgent ? null : TimeSpan.FromSeconds(8) });
return arguments.Errors.Count > 0 ? wrongUse : exitCode;

Task<int> Run(ParseResult arguments, CancellationToken stop) => WithConfig(arguments, async config =>
{
    Capabilities.KeepNeeded();
    using var logger = LogSetup.Create(config.Log);
    Log.Logger = logger;
    var log = LogSetup.Main(logger);
    foreach (var key in config.UnknownKeys)
    {
        log.UnknownKey(key);
    }

    return await new AgentProcess(config, logger).RunAsync(stop);
});

async Task<int> WithConfig(ParseResult arguments, Func<SkydiveConfig, Task<int>> action)
{
    try
    {
        var config = SkydiveConfig.Load(arguments.GetValue(configFile), arguments.GetValue(overrides));
        _ = (config.Agent, config.Flow); // read, so that what's wrong is told before anything starts
        return await action(config);
    }
    catch (SkydiveConfigException e)
    {
        Console.Error.WriteLine($"configuration: {e.Message}");
        return wrongUse;
    }
}
