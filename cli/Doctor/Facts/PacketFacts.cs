using System.Net.Sockets;

namespace Cli.Doctor.Facts;

/// <summary>What captures and injections stand on.</summary>
/// <param name="Libpcap">Its own words about its version; null: it can't be loaded.</param>
/// <param name="SocketError">Why the kernel gives no packet socket; null: it gives one.</param>
internal sealed record PacketFacts(string? Libpcap, SocketError? SocketError)
{
    /// <param name="version">libpcap's version, asked of libpcap.</param>
    public static PacketFacts Look(Func<string> version) => new(Ask(version), OpenSocket());

    private static string? Ask(Func<string> version)
    {
        try
        {
            return version();
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            return null;
        }
    }

    // For no protocol: it gets no packets.
    private static SocketError? OpenSocket()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
