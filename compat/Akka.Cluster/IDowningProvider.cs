using Akka.Actor;

namespace Akka.Cluster;

/// <summary>Decides what becomes of unreachable members.</summary>
public interface IDowningProvider
{
    /// <summary>How long after a removal singletons and shards may start elsewhere.</summary>
    TimeSpan DownRemovalMargin { get; }

    /// <summary>The actor that watches the cluster and downs members; null for none.</summary>
    Props? DowningActorProps { get; }
}

/// <summary>Leaves downing to whoever runs the cluster.</summary>
public sealed class NoDowning : IDowningProvider
{
    private readonly Cluster _cluster;

    public NoDowning(ActorSystem system, Cluster cluster) => _cluster = cluster;

    public TimeSpan DownRemovalMargin => _cluster.Settings.DownRemovalMargin;

    public Props? DowningActorProps => null;
}
