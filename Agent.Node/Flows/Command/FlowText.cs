using System.Globalization;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Command;

/// <summary>A flow's values as text.</summary>
internal static class FlowText
{
    /// <summary>"10.0.0.1:80", "[fd00::1]:80", "10.0.0.1", or the MAC address where there's no network layer.</summary>
    internal static string End(Flow flow, bool a)
    {
        var address = a ? flow.Network?.A : flow.Network?.B;
        if (string.IsNullOrEmpty(address))
            return (a ? flow.Link?.A : flow.Link?.B) ?? "";
        if (flow.Transport is not { } transport)
            return address;
        var port = (a ? transport.A : transport.B).ToString(CultureInfo.InvariantCulture);
        return flow.Network!.Protocol == "IPV6" ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    /// <summary>The tunnel's identifier or the ICMP type and identifier; else empty.</summary>
    internal static string Id(Flow flow)
    {
        if (flow.Network is { Id: not 0 } network)
            return network.Id.ToString(CultureInfo.InvariantCulture);
        return flow.Icmp is { } icmp ? string.Create(CultureInfo.InvariantCulture, $"{icmp.Type} {icmp.Id}") : "";
    }

    internal static string FinishType(FinishType finish) => finish switch
    {
        Shared.Messages.Flows.FinishType.Timeout => "TIMEOUT",
        Shared.Messages.Flows.FinishType.TcpFin => "TCP_FIN",
        Shared.Messages.Flows.FinishType.TcpRst => "TCP_RST",
        _ => "NOT_FINISHED",
    };
}
