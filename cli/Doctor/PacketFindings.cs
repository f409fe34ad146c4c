using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Captures and injections.</summary>
internal static class PacketFindings
{
    private const string Area = "packets";
    private const string AsRoot = "run the agent as root, or give its service the capabilities CAP_NET_RAW, CAP_NET_ADMIN and CAP_SYS_ADMIN";

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        yield return facts.Packets.Libpcap is { } version
            ? new Finding(Area, "libpcap", Verdict.Ok, version)
            : new Finding(Area, "libpcap", Verdict.Missing, "no captures, no injections, no filters; capture files aren't read either", "install libpcap (Debian: libpcap0.8)", IsEssential: true);

        var hasRaw = facts.Rights.Has(Capability.NetRaw);
        yield return hasRaw
            ? new Finding(Area, "CAP_NET_RAW", Verdict.Ok, "captures on interfaces, injections")
            : new Finding(Area, "CAP_NET_RAW", Verdict.Missing,
                $"as user {facts.Rights.UserId}: no captures on interfaces, no injections. Topology, NetFlow and sFlow work, as do ./skydive flows and ./skydive allinone",
                AsRoot, IsEssential: true);

        // Without the capability the refusal is no news.
        if (hasRaw)
        {
            yield return facts.Packets.SocketError is { } error
                ? new Finding(Area, "packet sockets", Verdict.Missing, $"the kernel gives none in spite of CAP_NET_RAW ({error}): no captures, no injections",
                    "the kernel needs CONFIG_PACKET; in a container, its seccomp profile or user namespace may be in the way", IsEssential: true)
                : new Finding(Area, "packet sockets", Verdict.Ok, "the kernel gives them");
        }

        yield return facts.Rights.Has(Capability.NetAdmin)
            ? new Finding(Area, "CAP_NET_ADMIN", Verdict.Ok, "mirrors of Open vSwitch's bridges, large netlink buffers")
            : new Finding(Area, "CAP_NET_ADMIN", Verdict.Missing,
                "no captures by mirrors of Open vSwitch's bridges, whose ports have to be brought up; many changes of interfaces at once cost more work", AsRoot);
    }
}
