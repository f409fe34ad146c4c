using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>Asks every region for its statistics and answers with those that came in time.</summary>
internal sealed class StatsCollector : ReceiveActor
{
    private readonly ImmutableDictionary<IActorRef, Address> _regions;
    private readonly IActorRef _requester;
    private ImmutableDictionary<Address, ShardRegionStats> _answers = ImmutableDictionary<Address, ShardRegionStats>.Empty;

    public StatsCollector(ImmutableDictionary<IActorRef, Address> regions, TimeSpan timeout, IActorRef requester)
    {
        _regions = regions;
        _requester = requester;
        Context.SetReceiveTimeout(timeout);

        Receive<ShardRegionStats>(OnAnswer);
        Receive<ReceiveTimeout>(_ => Finish());
    }

    public static Props Props(ImmutableDictionary<IActorRef, Address> regions, TimeSpan timeout, IActorRef requester) =>
        Actor.Props.Create(() => new StatsCollector(regions, timeout, requester)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        foreach (var region in _regions.Keys)
        {
            region.Tell(GetShardRegionStats.Instance);
        }

        if (_regions.IsEmpty)
        {
            Finish();
        }
    }

    private void OnAnswer(ShardRegionStats stats)
    {
        if (_regions.TryGetValue(Sender, out var address))
        {
            _answers = _answers.SetItem(address, stats);
            if (_answers.Count == _regions.Count)
            {
                Finish();
            }
        }
    }

    private void Finish()
    {
        _requester.Tell(new ClusterShardingStats(_answers));
        Context.Stop(Self);
    }
}
