namespace Benchmarks.Flows;

/// <summary>A veth pair in a network namespace of its own, where nothing else is sent.</summary>
internal static class VethPair
{
    internal static void Make(string space, string one, string other)
    {
        ChildProcess.Expect("ip", "netns", "add", space);
        ChildProcess.Expect("ip", "-n", space, "link", "add", one, "type", "veth", "peer", "name", other);
        // No packets of the kernel's own.
        ChildProcess.Expect("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        ChildProcess.Expect("ip", "-n", space, "link", "set", one, "up");
        ChildProcess.Expect("ip", "-n", space, "link", "set", other, "up");
    }
}
