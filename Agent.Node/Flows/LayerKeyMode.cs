namespace Agent.Node.Flows;

/// <summary>Which layers tell flows apart.</summary>
internal enum LayerKeyMode
{
    /// <summary>All of them: the same addresses behind other MAC addresses or VLANs are another flow.</summary>
    L2,

    /// <summary>From the network layer on, where there is one.</summary>
    L3,
}
