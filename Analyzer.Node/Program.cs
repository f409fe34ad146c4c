using System.CommandLine;
using Analyzer.Node.Host;

var config = new Option<string?>("--config", "-c") { Description = "The configuration file (HOCON). Without it the defaults hold." };
var set = new Option<string[]>("--set") { Description = "A setting that wins over the file's: --set skydive.analyzer.http.port=8090", Arity = ArgumentArity.OneOrMore };
var run = new Command("run", "Run an analyzer until it's told to stop (SIGTERM, Ctrl-C).") { config, set };
run.SetAction((parsed, stop) => AnalyzerProcess.RunAsync(parsed.GetValue(config), parsed.GetValue(set) ?? [], stop));

var root = new RootCommand("SkydiveActors' analyzer: keeps the cluster's topology and flows, and answers queries.") { run };
// Signals are the analyzer's own: it leaves the cluster and hands its work over first.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
