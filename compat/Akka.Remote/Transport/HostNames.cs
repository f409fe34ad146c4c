using System.Net;
using System.Net.Sockets;

namespace Akka.Remote.Transport;

/// <summary>Hosts of addresses as IP endpoints.</summary>
internal static class HostNames
{
    /// <summary>For the endpoint to listen on, once, at the start.</summary>
    public static IPEndPoint Resolve(string host, int port, TcpSettings settings)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal))
            return new IPEndPoint(literal, port);
        try
        {
            var found = Dns.GetHostAddresses(host, Family(settings));
            return found.Length > 0 ? new IPEndPoint(found[0], port) : throw NoAddress(host, settings);
        }
        catch (SocketException e)
        {
            throw new RemoteTransportException($"The host '{host}' can't be resolved: {e.Message}", e);
        }
    }

    public static async Task<IPEndPoint> ResolveAsync(string host, int port, TcpSettings settings, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal))
            return new IPEndPoint(literal, port);
        var found = await Dns.GetHostAddressesAsync(host, Family(settings), cancellation).ConfigureAwait(false);
        return found.Length > 0 ? new IPEndPoint(found[0], port) : throw NoAddress(host, settings);
    }

    private static AddressFamily Family(TcpSettings settings) => settings.UseIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static RemoteTransportException NoAddress(string host, TcpSettings settings) =>
        new($"The host '{host}' has no {(settings.UseIpv6 ? "IPv6" : "IPv4")} address.");
}
