using System.Globalization;
using Akka.Actor;
using Compat.Cluster.Tests.Sharding;

namespace Compat.Cluster.Tests;

/// <summary>A node in a process of its own: <c>port seed-port journal-file</c>. Runs an echo and a region that remembers its
/// entities, until it is downed or killed.</summary>
public static class Program
{
    public static async Task Main(string[] args)
    {
        var (port, seed) = (int.Parse(args[0], CultureInfo.InvariantCulture), int.Parse(args[1], CultureInfo.InvariantCulture));
        var node = ShardedNode.Start(args[2], port, seed);
        node.System.ActorOf(Props.Create<Echo>(), "echo");
        node.Region(settings => settings.WithRememberEntities(true));
        await node.System.WhenTerminated;
    }
}
