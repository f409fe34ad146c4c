using Agent.Node.Flows.Applications;

namespace Agent.Node.Flows.Details;

/// <summary>What only some flows have, kept beside the table so that its records stay small.</summary>
internal sealed class FlowDetails
{
    /// <summary>Of a TCP connection, where it's asked for.</summary>
    internal TcpDetails? Tcp { get; set; }

    /// <summary>Of a tunnel whose headers say more than its network ID.</summary>
    internal TunnelDetails? Tunnel { get; set; }

    /// <summary>The <see cref="FlowKey.NetworkId"/> of the packets from B to A, of a tunnel whose directions have each their own.</summary>
    internal ulong? ReturnId { get; set; }

    /// <summary>Its first packets, where they're asked for.</summary>
    internal RawPackets? RawPackets { get; set; }

    /// <summary>Packets of this flow that couldn't be put together from their fragments.</summary>
    internal long FragmentErrors { get; set; }

    /// <summary>What routers and hosts said about this flow's packets.</summary>
    internal IcmpErrors? IcmpErrors { get; set; }

    /// <summary>UUIDs of the flows that this one, of ICMP errors, is about.</summary>
    internal ErrorSubjects? Subjects { get; set; }

    /// <summary>The beginnings of its directions, while they're put in order.</summary>
    internal FlowStarts? Starts { get; set; }

    /// <summary>What the flow's packets say about its application.</summary>
    internal ApplicationFacts? Application { get; set; }
}
