using Akka.Actor;

namespace Akka.Cluster.SBR;

/// <summary>Downs one side of a split by the configured strategy.</summary>
public class SplitBrainResolverProvider : IDowningProvider
{
    private readonly Cluster _cluster;
    private readonly SplitBrainResolverSettings _settings;

    public SplitBrainResolverProvider(ActorSystem system, Cluster cluster)
    {
        _cluster = cluster;
        _settings = new SplitBrainResolverSettings(system.Settings.Config);
    }

    /// <summary>As long as the other side may take to find out that it has to go.</summary>
    public TimeSpan DownRemovalMargin => _cluster.Settings.DownRemovalMargin is { Ticks: > 0 } margin ? margin : _settings.DowningStableAfter;

    public Props DowningActorProps => SplitBrainResolverActor.Props(_cluster, _settings);
}
