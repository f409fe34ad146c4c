using System.Globalization;
using Agent.Node.Decoding;
using Shared.Messages.Flows;

namespace Cli.Flows;

/// <summary>A flow's values as people read them.</summary>
internal static class FlowText
{
    private const int BitsPerVlan = 12;
    private const int BitsPerInstance = 24;
    private const int BitsPerLabel = 20;

    /// <summary>What the tunnel's identifier is called, by the path's last layer.</summary>
    private static readonly Dictionary<string, string> IdNames = new(StringComparer.Ordinal)
    {
        ["VXLAN"] = "VNI",
        ["VXLAN-GPE"] = "VNI",
        ["Geneve"] = "VNI",
        ["GRE"] = "key",
        ["MPLS"] = "label",
        ["GTPv1U"] = "TEID",
        ["PPPoE"] = "session",
        ["PPP"] = "call",
        ["NSH"] = "path",
        ["L2TP"] = "session",
        ["L2TPv3"] = "session",
        ["LISP"] = "instance",
        ["GUE"] = "ID",
        ["FOU"] = "ID",
    };

    /// <summary>"10.0.0.1:80", "[fd00::1]:80", "10.0.0.1", or the MAC address where there's no network layer.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="a">Which end.</param>
    /// <param name="names">What to write instead of an address.</param>
    internal static string End(Flow flow, bool a, IReadOnlyDictionary<string, string>? names = null)
    {
        var address = a ? flow.Network?.A : flow.Network?.B;
        if (string.IsNullOrEmpty(address))
        {
            return (a ? flow.Link?.A : flow.Link?.B) ?? "";
        }

        address = names?.GetValueOrDefault(address) ?? address;
        // A tunnel's ports say which tunnel, which the path says too, or only spread load.
        if (flow.Transport is not { } transport || IdNames.ContainsKey(LastLayer(flow)))
        {
            return address;
        }

        var port = Number(a ? transport.A : transport.B);
        return address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    /// <summary>
    /// What the path and the addresses don't say: VLANs, the tunnel's identifier, the ICMP type and identifier, the
    /// application: "VNI 77", "VLAN 8,10 ECHO 4711", "GET shop.example 200".
    /// </summary>
    internal static string About(Flow flow) =>
        Joined(Tags(flow), Id(flow), flow.Application == LastLayer(flow) ? "" : flow.Application, Application(flow), IcmpErrors(flow));

    /// <summary>"7/812 B": packets, and bytes in units of a thousand.</summary>
    internal static string Traffic(long packets, long bytes) => packets == 0 ? "-" : $"{Number(packets)}/{Bytes(bytes)}";

    /// <summary>"812 B", "1.62 kB", "16.2 MB".</summary>
    internal static string Bytes(long bytes) => bytes < 1000
        ? Number(bytes) + " B"
        : Scaled(bytes, 1000, "kB", "MB", "GB", "TB", "PB", "EB");

    /// <summary>"831 ns", "33.1 µs", "1.62 ms", "2.5 s", "4m05s", "3h12m", "12 days": three digits are enough.</summary>
    internal static string Duration(long nanoseconds)
    {
        const long second = 1_000_000_000;
        const long minute = 60 * second;
        if (nanoseconds < 1000)
        {
            return Number(nanoseconds) + " ns";
        }

        if (nanoseconds < minute)
        {
            return Scaled(nanoseconds, 1000, "µs", "ms", "s");
        }

        var (minutes, seconds) = (nanoseconds / minute, nanoseconds % minute / second);
        if (minutes >= 48 * 60)
        {
            return Number(minutes / 60 / 24) + " days";
        }

        return minutes < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds:00}s")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60:00}m");
    }

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The path's end, as much of it as there is room for: "…/UDP/VXLAN".</summary>
    internal static string ShortPath(string path, int width)
    {
        if (path.Length <= width)
        {
            return path;
        }

        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (path.Length - slash + 1 <= width)
            {
                return "…" + path[slash..];
            }
        }
        return ShortMiddle(path[(path.LastIndexOf('/') + 1)..], width);
    }

    /// <summary>Both ends of a text: "fd00::a0…ee4:ba3d".</summary>
    internal static string ShortMiddle(string text, int width)
    {
        if (text.Length <= width || width < 1)
        {
            return text;
        }

        var end = (width - 1) / 2;
        return string.Concat(text.AsSpan(0, width - 1 - end), "…", text.AsSpan(text.Length - end));
    }

    private static string Joined(params IEnumerable<string> parts) => string.Join(' ', parts.Where(part => part.Length > 0));

    private static string IcmpErrors(Flow flow) =>
        Joined(flow.IcmpErrors.Select(error => $"{error.Type}/{Number(error.Code)} from {error.From}{(error.Count > 1 ? " ×" + Number(error.Count) : "")}"));

    private static string LastLayer(Flow flow) => flow.LayersPath[(flow.LayersPath.LastIndexOf('/') + 1)..];

    private static string Application(Flow flow)
    {
        if (flow.Dns is { Questions: [var question, ..] } dns)
        {
            return Joined(question.Name, dns.ResponseCode == "NOERROR" ? "" : dns.ResponseCode);
        }

        if (flow.Http is { } http)
        {
            return Joined(http.Method, http.Host, http.Status == 0 ? "" : Number(http.Status));
        }

        return flow.Tls?.ServerName ?? "";
    }

    private static string Id(Flow flow)
    {
        if (flow.Icmp is { } icmp)
        {
            return icmp.Id == 0 ? icmp.Type : $"{icmp.Type} {Number(icmp.Id)}";
        }
        // Network.ID holds a stack of labels in one number.
        if (flow.Tunnel is { MplsLabels: { Count: > 0 } labels })
        {
            return $"label {string.Join(',', labels.Select(label => Number(label)))}{ReturnId(flow)}";
        }

        if (flow.Tunnel is { HasPppoeSession: true } pppoe)
        {
            return "session " + Number(pppoe.PppoeSession);
        }

        return flow.Network is { Id: not 0 } network ? $"{IdName(flow, network.Id)} {IdText(flow, network.Id)}{ReturnId(flow)}" : "";
    }

    /// <summary>" ↔ 8738", where the other direction has an identifier of its own.</summary>
    private static string ReturnId(Flow flow) => flow.Tunnel is { HasReturnId: true } tunnel ? $" ↔ {IdText(flow, tunnel.ReturnId)}" : "";

    private static string IdText(Flow flow, long id) => LastLayer(flow) switch
    {
        "MPLS" => string.Join(',', Parts(id, BitsPerLabel)),
        "L2TP" => $"{Number(id >> 16)}/{Number(id & ushort.MaxValue)}",
        _ => Number(id),
    };

    private static IEnumerable<string> Parts(long packed, int bits)
    {
        for (var rest = packed; rest != 0; rest >>= bits)
        {
            yield return Number(rest & ((1L << bits) - 1));
        }
    }

    private static string IdName(Flow flow, long id) => LastLayer(flow) switch
    {
        "GRE" when flow.Tunnel is { } tunnel => GreIdName(tunnel, id),
        var layer => IdNames.GetValueOrDefault(layer, "ID"),
    };

    /// <summary>GRE's own key, the part of it that is NVGRE's network, or what ERSPAN behind it says.</summary>
    private static string GreIdName(FlowTunnel tunnel, long id) => tunnel switch
    {
        { HasGreKey: true } when tunnel.GreKey == id => IdNames["GRE"],
        { HasGreKey: true } when GreHeader.VirtualSubnetOf(tunnel.GreKey) == id => "VSID",
        _ => "session",
    };

    private static string Tags(Flow flow)
    {
        var tags = flow.Link?.Id ?? 0;
        if (tags == 0)
        {
            return "";
        }

        // A provider backbone's service instance has the place of two VLANs, if there is one behind those before it.
        var start = flow.LayersPath.IndexOf("/PBB", StringComparison.Ordinal);
        var before = start < 0 ? 0 : BitsPerVlan * (flow.LayersPath[..start].Split("/Dot1Q").Length - 1);
        return start < 0 || before > BitsPerInstance
            ? Vlans(tags)
            : Joined(Vlans(tags & ((1L << before) - 1)), "I-SID " + Number((tags >> before) & ((1L << BitsPerInstance) - 1)), Vlans(tags >> (before + BitsPerInstance)));
    }

    private static string Vlans(long tags) => tags == 0 ? "" : "VLAN " + string.Join(',', Parts(tags, BitsPerVlan));

    private static string Scaled(long value, double step, params ReadOnlySpan<string> units)
    {
        var scaled = value / step;
        var unit = 0;
        // What would round to four digits is one of the next unit.
        while (scaled >= step - 0.5 && unit < units.Length - 1)
        {
            scaled /= step;
            unit++;
        }
        var digits = scaled >= 99.95 ? "0" : scaled >= 9.995 ? "0.#" : "0.##";
        return scaled.ToString(digits, CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
