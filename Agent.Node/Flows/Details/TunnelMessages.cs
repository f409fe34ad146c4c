using Agent.Node.Decoding;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Details;

/// <summary>Details of tunnels as the protocol's messages.</summary>
internal static class TunnelMessages
{
    internal static FlowTunnel ToMessage(TunnelDetails details)
    {
        var tunnel = new FlowTunnel();
        if (details.GreKey is { } key)
            tunnel.GreKey = key;
        if (details.GreSequence is { } sequence)
            tunnel.GreSequence = sequence;
        if (details.PppoeSession is { } session)
            tunnel.PppoeSession = session;
        if (details.GroupPolicy is { } group)
            tunnel.GroupPolicy = new VxlanGroupPolicy { Id = group, DontLearn = details.DontLearn, PolicyApplied = details.PolicyApplied };
        tunnel.MplsLabels.Add(details.Labels());
        ReadOnlySpan<byte> options = details.GeneveOptions;
        while (GeneveOption.TryTake(ref options, out var option))
            tunnel.GeneveOptions.Add(new GeneveOptionValue { Class = option.Class, Type = option.Type, Value = ByteString.CopyFrom(option.Value) });
        return tunnel;
    }
}
