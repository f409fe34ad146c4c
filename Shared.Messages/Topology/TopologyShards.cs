using Akka.Cluster.Sharding;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Injections;
using Shared.Messages.Parts;

namespace Shared.Messages.Topology;

/// <summary>How messages find the entity of their host. Agents and analyzers must agree on all of it.</summary>
public static class TopologyShards
{
    /// <summary>Name of the shard region.</summary>
    public const string RegionName = "topology";

    /// <summary>How many shards the hosts are spread over. Fixed for the life of a database.</summary>
    public const int ShardCount = 50;

    /// <summary>Finds a message's host.</summary>
    public static IMessageExtractor Extractor { get; } = HashCodeMessageExtractor.Create(ShardCount, message => EntityOf(message)!);

    /// <summary>The entity a message is for: its host, or null when it isn't one of this region's.</summary>
    public static string? EntityOf(object message)
    {
        var host = message switch
        {
            RegisterAgent register => register.Host,
            SyncGraph sync => sync.Host,
            UpdateGraph update => update.Host,
            GetHostGraph get => get.Host,
            SetCaptures set => set.Host,
            ReadPcap read => read.Host,
            StartInjection start => start.Host,
            StopInjection stop => stop.Host,
            GetInjector get => get.Host,
            ForgetHost forget => forget.Host,
            Offered offered => offered.Host,
            _ => null,
        };
        return host is not null && HostId.IsValid(host) ? host : null;
    }
}
