using System.Net;
using System.Net.Sockets;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>Networks as people write them: with host bits or without, or one address alone.</summary>
internal static class Networks
{
    /// <summary>Reads "10.0.0.7/24" as 10.0.0.0/24.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length) || length > bytes.Length * 8))
        {
            return false;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    /// <summary>The same, of IPv4 only.</summary>
    public static bool TryParseIPv4(string text, out IPNetwork network) => TryParse(text, out network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
}
