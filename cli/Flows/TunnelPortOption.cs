using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Agent.Node.Decoding;

namespace Cli.Flows;

/// <summary>`--tunnel-port vxlan=4790`: a UDP port that leads into a tunnel, beside the usual ones; it may be given again and again.</summary>
internal static class TunnelPortOption
{
    private static readonly Dictionary<string, LayerType> Tunnels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["vxlan"] = LayerType.Vxlan,
        ["vxlan-gpe"] = LayerType.VxlanGpe,
        ["geneve"] = LayerType.Geneve,
        ["mpls"] = LayerType.Mpls,
        ["gtp"] = LayerType.Gtp,
        ["l2tp"] = LayerType.L2tp,
        ["teredo"] = LayerType.Teredo,
        ["gue"] = LayerType.Gue,
        ["fou"] = LayerType.Fou,
        ["lisp"] = LayerType.Lisp,
    };

    internal static Option<TunnelPorts> Create() => new("--tunnel-port")
    {
        Description = $"A UDP port of a tunnel, as vxlan=4790: {string.Join(", ", Tunnels.Keys)}",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => TunnelPorts.Default,
        HelpName = "TUNNEL=PORT",
        CustomParser = Parse,
    };

    private static TunnelPorts? Parse(ArgumentResult result)
    {
        var ports = TunnelPorts.Default;
        var given = new Dictionary<ushort, LayerType>();
        foreach (var token in result.Tokens)
        {
            if (!TryParse(token.Value, out var tunnel, out var port))
            {
                result.AddError($"--tunnel-port {token.Value}: should be a tunnel ({string.Join(", ", Tunnels.Keys)}), =, and a UDP port from 1 to 65535");
                return null;
            }
            if (!given.TryAdd(port, tunnel) && given[port] != tunnel)
            {
                result.AddError($"--tunnel-port {token.Value}: {port} is given to {LayersPath.NameOf(given[port])} already");
                return null;
            }
            ports = ports.With(port, tunnel);
        }
        return ports;
    }

    private static bool TryParse(string text, out LayerType tunnel, out ushort port)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        port = 0;
        tunnel = LayerType.None;
        return equals > 0 && Tunnels.TryGetValue(text[..equals], out tunnel)
            && ushort.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
    }
}
