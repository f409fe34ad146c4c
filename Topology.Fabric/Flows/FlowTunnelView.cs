using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Flows;

/// <summary>A flow's member Tunnel as users see it; what its headers don't have is left out.</summary>
internal static class FlowTunnelView
{
    public static MetaValue Of(FlowTunnel? tunnel) => tunnel is null ? default(MetaValue) : Metadata.Create(Fields(tunnel));

    private static IEnumerable<(string, MetaValue)> Fields(FlowTunnel tunnel)
    {
        if (tunnel.HasGreKey)
            yield return ("GREKey", (long)tunnel.GreKey);
        if (tunnel.HasGreSequence)
            yield return ("GRESequence", (long)tunnel.GreSequence);
        if (tunnel.MplsLabels.Count > 0)
            yield return ("MPLSLabels", tunnel.MplsLabels.Select(label => (MetaValue)(long)label).ToImmutableArray());
        if (tunnel.GeneveOptions.Count > 0)
            yield return ("GeneveOptions", tunnel.GeneveOptions.Select(Option).ToImmutableArray());
        if (tunnel.GroupPolicy is { } policy)
            yield return ("GroupPolicy", Metadata.Create(("ID", (long)policy.Id), ("DontLearn", policy.DontLearn), ("PolicyApplied", policy.PolicyApplied)));
        if (tunnel.HasPppoeSession)
            yield return ("PPPoESession", (long)tunnel.PppoeSession);
    }

    private static MetaValue Option(GeneveOptionValue option) => Metadata.Create(
        ("Class", (long)option.Class), ("Type", (long)option.Type), ("Value", Convert.ToHexStringLower(option.Value.Span)));
}
