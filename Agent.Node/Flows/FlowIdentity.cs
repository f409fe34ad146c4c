namespace Agent.Node.Flows;

/// <summary>The identifiers of a flow. Tracking identifiers hash what the packets say and nothing of who saw them.</summary>
internal static class FlowIdentity
{
    private const ulong LinkDomain = 1;
    private const ulong NetworkDomain = 2;
    private const ulong InstanceDomain = 3;

    /// <summary>Equal wherever the same link, network and transport layers are seen, whichever direction came first.</summary>
    internal static ulong TrackingId(in FlowRecord record)
    {
        var aIsHigh = record.Has(FlowFlags.AIsHigh);
        // Not the key's: with layer key mode L3 it has no MAC addresses.
        var lowMac = aIsHigh ? record.LinkB : record.LinkA;
        var highMac = aIsHigh ? record.LinkA : record.LinkB;
        return KeyHash.Stable(LinkDomain, lowMac, highMac, record.VlanTags, record.Path.Without(Decoding.LayerType.Fragment).Stable, L3TrackingId(record));
    }

    /// <summary>Equal wherever the same packets are seen, whatever they are carried in.</summary>
    internal static ulong L3TrackingId(in FlowRecord record)
    {
        ref readonly var key = ref record.Key;
        if (key.IpVersion == 0)
        {
            return KeyHash.Stable(LinkDomain, key.LowLink, key.HighLink, key.Tags, new Decoding.LayersPath(key.Path).Stable, key.Id);
        }

        var path = record.Path.Skip(record.LinkLayers).Without(Decoding.LayerType.Fragment).Stable;
        var ports = ((ulong)key.LowPort << FlowKey.PortBits) | key.HighPort;
        var protocol = ((ulong)key.IpProtocol << 8) | key.IpVersion;
        return KeyHash.Stable(NetworkDomain, key.LowAddressHigh, key.LowAddressLow, key.HighAddressHigh, key.HighAddressLow, ports, protocol, path, key.Id);
    }

    /// <summary>Unique per flow and capture point; never 0, which means "no parent" in a key.</summary>
    /// <param name="start">The flow's first packet, nanoseconds since 1970.</param>
    /// <param name="parent">The tunnel's flow it's in.</param>
    /// <param name="origin">The capture point.</param>
    /// <param name="packet">The first packet's number among those of the capture point: it begins one flow at most in each flow around it.</param>
    internal static ulong Uuid(long start, ulong parent, ulong origin, long packet) =>
        KeyHash.Stable(InstanceDomain, parent, origin, (ulong)start, (ulong)packet) is var uuid && uuid != 0 ? uuid : 1;
}
