using System.Diagnostics.Metrics;

namespace Shared.Messages.Telemetry;

/// <summary>What the listeners of a node refuse.</summary>
internal static class ListenerMetrics
{
    /// <summary>Its meter's name.</summary>
    public const string MeterName = "skydive.listeners";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "skydive.listener.refused", "{refusal}", "Connections, requests and datagrams that were refused, by listener (http, ws, remoting, console, netflow, sflow) and by why.");

    /// <summary>Something was refused.</summary>
    public static void CountRefused(string listener, string why) => Refused.Add(1, new KeyValuePair<string, object?>("listener", listener), new KeyValuePair<string, object?>("why", why));
}
