using System.Buffers.Binary;
using System.Text;
using Agent.Node.Probes.Netlink;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>The internal port a mirror's packets come out of, as a device of the agent's namespace.</summary>
internal static class MirrorPort
{
    private const nuint GetFlags = 0x8913; // SIOCGIFFLAGS
    private const nuint SetFlags = 0x8914; // SIOCSIFFLAGS

    /// <summary>
    /// Brings the device up, silent: without ARP and IPv6 the host sends nothing of its own by it, which a capture there
    /// would take for the bridge's traffic.
    /// </summary>
    /// <exception cref="IOException">The device isn't there (any more), or may not be changed.</exception>
    public static void BringUp(string name)
    {
        const int nameLength = 16;
        const string directory = "/proc/sys/net/ipv6/conf";
        if (Directory.Exists($"{directory}/{name}"))
        {
            File.WriteAllText($"{directory}/{name}/disable_ipv6", "1");
        }

        using var socket = NetlinkSocket.Open(groups: 0);
        Span<byte> request = stackalloc byte[40]; // struct ifreq: the name, then a union that here is short flags
        request.Clear();
        Encoding.UTF8.GetBytes(name, request[..(nameLength - 1)]);
        socket.Ioctl(GetFlags, request, $"read the flags of {name}");
        var flags = (LinkFlags)BinaryPrimitives.ReadUInt16LittleEndian(request[nameLength..]) | LinkFlags.Up | LinkFlags.NoArp;
        BinaryPrimitives.WriteUInt16LittleEndian(request[nameLength..], (ushort)flags);
        socket.Ioctl(SetFlags, request, $"bring {name} up");
    }
}
