namespace Akka.Actor;

/// <summary>Which provider a system runs on.</summary>
public abstract class ProviderSelection
{
    private ProviderSelection(string name, bool hasCluster)
    {
        Name = name;
        HasCluster = hasCluster;
    }

    internal string Name { get; }

    internal bool HasCluster { get; }

    public sealed class Local : ProviderSelection
    {
        public static readonly Local Instance = new();

        private Local()
            : base("Akka.Actor.LocalActorRefProvider", false)
        {
        }
    }

    public sealed class Remote : ProviderSelection
    {
        public static readonly Remote Instance = new();

        private Remote()
            : base("Akka.Remote.RemoteActorRefProvider, Akka.Remote", false)
        {
        }
    }

    public sealed class Cluster : ProviderSelection
    {
        public static readonly Cluster Instance = new();

        private Cluster()
            : base("Akka.Cluster.ClusterActorRefProvider, Akka.Cluster", true)
        {
        }
    }

    internal sealed class Custom(string name) : ProviderSelection(name, name.Contains("cluster", StringComparison.OrdinalIgnoreCase));

    internal static ProviderSelection From(string name) => name switch
    {
        "local" or "Akka.Actor.LocalActorRefProvider" or "Akka.Actor.LocalActorRefProvider, Akka" => Local.Instance,
        "remote" or "Akka.Remote.RemoteActorRefProvider, Akka.Remote" => Remote.Instance,
        "cluster" or "Akka.Cluster.ClusterActorRefProvider, Akka.Cluster" => Cluster.Instance,
        _ => new Custom(name),
    };
}
