using Shared.Messages.Flows;

namespace Topology.Fabric.Gremlin;

/// <summary>Packets that match an expression of pcap-filter(7).</summary>
internal interface IPacketFilter : IDisposable
{
    /// <summary>Whether a packet does.</summary>
    /// <exception cref="FormatException">The expression means nothing on the packet's link type.</exception>
    bool Matches(RawPacket packet);
}

/// <summary>What queries are answered from besides the graph and the flows.</summary>
internal sealed record QuerySources
{
    /// <summary>Of those who have neither history nor packets.</summary>
    public static QuerySources Live { get; } = new();

    /// <summary>The past.</summary>
    public IHistory History { get; init; } = NoHistory.Instance;

    /// <summary>Makes filters of expressions; null: there's nothing that could.</summary>
    public Func<string, IPacketFilter>? Filters { get; init; }
}
