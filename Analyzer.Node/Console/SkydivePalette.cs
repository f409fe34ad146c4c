using Akka.Actor;
using Analyzer.Node.Http;
using Petabridge.Cmd;
using Petabridge.Cmd.Host;

namespace Analyzer.Node.Console;

/// <summary>The palette <c>skydive</c>: flows, topology, captures, agents, losses, journals.</summary>
internal sealed class SkydivePalette : CommandPaletteHandler
{
    public static readonly CommandDefinition Flows = Define("flows", "The flows of all captures, inner flows below the tunnel they travel in, the most recent first.", withLimit: true);
    public static readonly CommandDefinition Topology = Define("topology", "The topology as a tree per host.", withLimit: false);
    public static readonly CommandDefinition Captures = Define("captures", "The captures and how many nodes each selects.", withLimit: false);
    public static readonly CommandDefinition Agents = Define("agents", "The agents' hosts and whether they are connected.", withLimit: false);

    public static readonly CommandDefinition Losses = Define("losses", "What captures didn't count or couldn't tell, and why: their figures are too low by that.", withLimit: false);

    public static readonly CommandDefinition Journals = Define("journals", "What the journals keep, how much that takes, and what retention deleted.", withLimit: false);

    public static readonly CommandPalette Commands = new("skydive", [Flows, Topology, Captures, Agents, Losses, Journals]);

    public SkydivePalette(AnalyzerServices services)
        : base(Commands) => HandlerProps = Props.Create(() => new SkydiveCommands(services));

    public override Props HandlerProps { get; protected set; }

    private static CommandDefinition Define(string name, string description, bool withLimit)
    {
        var builder = new CommandDefinitionBuilder().WithName(name).WithDescription(description);
        if (withLimit)
        {
            builder = builder.WithArgument(argument => argument
                .WithName("limit").WithSwitch("-n").WithDescription("Most outer flows to show.").WithDefaultValues("50").IsMandatory(false));
        }

        return builder.Build();
    }
}
