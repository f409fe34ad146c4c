using Akka.Actor;
using Petabridge.Cmd.Host;

namespace Petabridge.Cmd.Cluster;

/// <summary>The palette <c>cluster</c>: who is in the cluster, and who has to leave it.</summary>
public sealed class ClusterCommands : CommandPaletteHandler
{
    public static readonly ClusterCommands Instance = new();

    private ClusterCommands() : base(ClusterCmd.ClusterCommandPalette) => HandlerProps = Props.Create<ClusterCommandsActor>();
}

/// <summary>The palette's commands.</summary>
public static class ClusterCmd
{
    public static readonly CommandDefinition Show = new CommandDefinitionBuilder()
        .WithName("show").WithDescription("Shows the members as this node sees them: address, status, roles, whether they are reachable.")
        .WithArgument(a => a.WithName("role").WithSwitch("-r").WithSwitch("--role").WithDescription("Only the members of this role."))
        .WithArgument(a => a.WithName("status").WithSwitch("-s").WithSwitch("--status").WithDescription("Only the members of this status, as Up or Leaving."))
        .Build();

    public static readonly CommandDefinition Status = new CommandDefinitionBuilder()
        .WithName("status").WithDescription("Shows this node's own part in the cluster, and the leader.")
        .Build();

    public static readonly CommandDefinition Join = new CommandDefinitionBuilder()
        .WithName("join").WithDescription("Has this node join the cluster of the node at an address.")
        .WithArgument(Address)
        .Build();

    public static readonly CommandDefinition Leave = new CommandDefinitionBuilder()
        .WithName("leave").WithDescription("Has a node leave the cluster in good order; this one, if no address is given.")
        .WithArgument(a => Address(a).IsMandatory(false))
        .Build();

    public static readonly CommandDefinition Down = new CommandDefinitionBuilder()
        .WithName("down").WithDescription("Declares a node, an unreachable one usually, to be gone.")
        .WithArgument(Address)
        .Build();

    public static readonly CommandDefinition DownUnreachable = new CommandDefinitionBuilder()
        .WithName("down-unreachable").WithDescription("Declares all unreachable nodes to be gone.")
        .Build();

    public static readonly CommandPalette ClusterCommandPalette = new("cluster", [Show, Status, Join, Leave, Down, DownUnreachable]);

    private static ArgumentDefinitionBuilder Address(ArgumentDefinitionBuilder argument) => argument
        .WithName("address").WithSwitch("-a").WithSwitch("--address").IsMandatory(true).WithDescription("As akka.tcp://system@host:port.");
}
