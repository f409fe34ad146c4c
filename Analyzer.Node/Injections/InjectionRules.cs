using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Shared.Messages.Injections;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Injections;

/// <summary>What an injection may ask for, and what its nodes make of it. Pure.</summary>
internal static class InjectionRules
{
    private static readonly string[] Types = ["icmp4", "icmp6", "tcp4", "tcp6", "udp4", "udp6"];

    /// <summary>What's wrong before any node is looked up, for the user; null when nothing is.</summary>
    public static string? Check(Injection injection)
    {
        if (string.IsNullOrWhiteSpace(injection.Src))
        {
            return "Src: a query that selects the node to inject from is required.";
        }

        if (CheckSizes(injection) is { } tooLarge)
        {
            return tooLarge;
        }

        if (injection.Pcap.Length > 0)
        {
            return null;
        }

        if (!Types.Contains(injection.Type))
        {
            return $"Type: \"{injection.Type}\" is none of {string.Join(", ", Types)}.";
        }

        if (injection.Dst.Length == 0 && injection.DstIp.Length == 0)
        {
            return "Dst: a query that selects the node to send to is required, or DstIP and DstMAC.";
        }

        if (injection.Dst.Length == 0 && injection.DstMac.Length == 0)
        {
            return "DstMAC: required when there's no Dst.";
        }

        return CheckAddress("SrcIP", injection.SrcIp, injection.Type)
            ?? CheckAddress("DstIP", injection.DstIp, injection.Type)
            ?? CheckMac("SrcMAC", injection.SrcMac)
            ?? CheckMac("DstMAC", injection.DstMac)
            ?? CheckPort("SrcPort", injection.SrcPort)
            ?? CheckPort("DstPort", injection.DstPort);
    }

    /// <summary>What of it is larger than it may be, for the user; null when nothing is.</summary>
    public static string? CheckSizes(Injection injection)
    {
        (string Field, string Text, int Most)[] texts =
        [
            ("UUID", injection.Uuid, InjectionLimits.MaxAddress), ("Src", injection.Src, InjectionLimits.MaxQuery), ("Dst", injection.Dst, InjectionLimits.MaxQuery),
            ("SrcIP", injection.SrcIp, InjectionLimits.MaxAddress), ("DstIP", injection.DstIp, InjectionLimits.MaxAddress),
            ("SrcMAC", injection.SrcMac, InjectionLimits.MaxAddress), ("DstMAC", injection.DstMac, InjectionLimits.MaxAddress), ("Type", injection.Type, InjectionLimits.MaxAddress),
        ];
        foreach (var (field, text, most) in texts)
        {
            if (text.Length > most)
            {
                return $"{field}: {text.Length} characters are more than the {most} there may be.";
            }
        }

        if (Encoding.UTF8.GetByteCount(injection.Payload) is > InjectionLimits.MaxPayload and var payload)
        {
            return $"Payload: {payload} bytes are more than the {InjectionLimits.MaxPayload} of a packet.";
        }

        if (injection.Pcap.Length > InjectionLimits.MaxPcap)
        {
            return $"Pcap: {injection.Pcap.Length} bytes are more than the {InjectionLimits.MaxPcap >> 20} MiB there may be.";
        }

        return injection.Count > InjectionLimits.MaxCount ? $"Count: {injection.Count} packets are more than the {InjectionLimits.MaxCount} of one injection." : null;
    }

    /// <summary>The injection with all its addresses, or what's missing, for the user.</summary>
    /// <param name="asked">The injection, already checked.</param>
    /// <param name="sources">What Src selects.</param>
    /// <param name="destinations">What Dst selects; empty when there's no Dst.</param>
    public static (Injection? Resolved, string? Error) Resolve(Injection asked, IReadOnlyList<GraphNode> sources, IReadOnlyList<GraphNode> destinations)
    {
        if (One("Src", asked.Src, sources, out var source) is { } noSource)
        {
            return (null, noSource);
        }

        GraphNode? destination = null;
        if (asked.Dst.Length > 0 && One("Dst", asked.Dst, destinations, out destination) is { } noDestination)
        {
            return (null, noDestination);
        }

        var resolved = asked.Clone();
        resolved.Host = source!.Host;
        resolved.NodeId = source.Id;
        if (resolved.Count == 0)
        {
            resolved.Count = 1;
        }

        if (asked.Pcap.Length > 0)
        {
            return (resolved, null);
        }

        if (Fill("Src", "IP", source, AddressOf(source, asked.Type), asked.SrcIp, ip => resolved.SrcIp = ip) is { } noSourceIp)
        {
            return (null, noSourceIp);
        }

        if (Fill("Src", "MAC", source, source.Metadata["MAC"], asked.SrcMac, mac => resolved.SrcMac = mac) is { } noSourceMac)
        {
            return (null, noSourceMac);
        }

        if (Fill("Dst", "IP", destination, AddressOf(destination, asked.Type), asked.DstIp, ip => resolved.DstIp = ip) is { } noDestinationIp)
        {
            return (null, noDestinationIp);
        }

        if (Fill("Dst", "MAC", destination, destination?.Metadata["MAC"] ?? default, asked.DstMac, mac => resolved.DstMac = mac) is { } noDestinationMac)
        {
            return (null, noDestinationMac);
        }

        return (resolved, null);
    }

    private static string? One(string field, string query, IReadOnlyList<GraphNode> found, out GraphNode? node)
    {
        node = found.Count == 1 ? found[0] : null;
        return found.Count switch
        {
            1 => null,
            0 => $"{field}: no node matches {query}.",
            _ => $"{field}: {found.Count} nodes match {query}, but one is needed: {string.Join(", ", found.Take(3).Select(n => $"{n.Name} on {n.Host}"))}{(found.Count > 3 ? ", ..." : "")}.",
        };
    }

    private static string? Fill(string field, string what, GraphNode? node, MetaValue own, string asked, Action<string> set)
    {
        if (asked.Length > 0)
        {
            set(asked);
            return null;
        }

        if (own is { Kind: MetaKind.Text, IsEmpty: false })
        {
            set(own.Text);
            return null;
        }

        return $"{field}: node {node?.Name} on {node?.Host} has no {what}; give {field}{what}.";
    }

    // Metadata's addresses have their prefix length: 10.0.0.1/24.
    private static MetaValue AddressOf(GraphNode? node, string type)
    {
        var key = Is6(type) ? "IPV6" : "IPV4";
        ImmutableArray<MetaValue> addresses = node?.Metadata[key] switch
        {
            { Kind: MetaKind.List } list => list.Items,
            { Kind: MetaKind.Text } text => [text],
            _ => [],
        };
        return addresses.FirstOrDefault(a => a is { Kind: MetaKind.Text, IsEmpty: false }) is { Kind: MetaKind.Text } first ? first.Text.Split('/')[0] : default(MetaValue);
    }

    private static string? CheckAddress(string field, string address, string type)
    {
        if (address.Length == 0)
        {
            return null;
        }

        if (!IPAddress.TryParse(address, out var parsed))
        {
            return $"{field}: \"{address}\" is not an IP address.";
        }

        return parsed.AddressFamily == (Is6(type) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)
            ? null
            : $"{field}: {address} does not fit type {type}.";
    }

    private static string? CheckMac(string field, string mac) =>
        mac.Length == 0 || (PhysicalAddress.TryParse(mac, out var parsed) && parsed.GetAddressBytes().Length == 6)
            ? null
            : $"{field}: \"{mac}\" is not a MAC address.";

    private static string? CheckPort(string field, uint port) => port <= 65535 ? null : $"{field}: {port} is not a port.";

    private static bool Is6(string type) => type.EndsWith('6');
}
