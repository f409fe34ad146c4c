using Akka.Actor;
using Analyzer.Node.Http;
using Petabridge.Cmd.Cluster;
using Petabridge.Cmd.Host;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Console;

/// <summary>The Petabridge.Cmd console of an analyzer.</summary>
internal static class ConsoleHost
{
    /// <summary>Starts it, unless it's switched off.</summary>
    public static void Start(ActorSystem system, EndpointOptions? endpoint, AnalyzerServices services)
    {
        if (endpoint is null)
        {
            return;
        }

        var console = PetabridgeCmd.Get(system);
        console.RegisterCommandPalette(ClusterCommands.Instance);
        console.RegisterCommandPalette(new SkydivePalette(services));
        console.Start();
    }
}
