using Akka.Actor;
using Analyzer.Node.Http;
using Petabridge.Cmd.Cluster;
using Petabridge.Cmd.Host;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Analyzer.Node.Console;

/// <summary>The Petabridge.Cmd console of an analyzer.</summary>
internal static class ConsoleHost
{
    /// <summary>Starts it, unless it's switched off.</summary>
    public static void Start(ActorSystem system, EndpointOptions? endpoint, Logins logins, TlsOptions? tls, AnalyzerServices services)
    {
        if (endpoint is null)
        {
            return;
        }

        ConsoleGate.Configure(system, endpoint, logins, tls);
        var console = PetabridgeCmd.Get(system);
        console.RegisterCommandPalette(ClusterCommands.Instance);
        console.RegisterCommandPalette(new SkydivePalette(services));
        console.Start();
    }
}
