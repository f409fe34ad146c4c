using System.Net.NetworkInformation;
using Agent.Node.Linux;
using Benchmarks.Flows;

namespace Benchmarks.Captures;

/// <summary>A namespace with many interfaces, as a host with many containers has, the other end of each in another namespace.</summary>
internal sealed class ManyInterfaces : IDisposable
{
    private const string Other = "-other";
    private const int PingTimeout = 2000;

    private readonly string _name;
    private readonly int _count;

    internal ManyInterfaces(string name, int count)
    {
        _name = name;
        _count = count;
        ChildProcess.Expect("ip", "netns", "add", name);
        ChildProcess.Expect("ip", "netns", "add", name + Other);
        foreach (var space in new[] { name, name + Other })
        {
            // No packets of the kernel's own.
            ChildProcess.Expect("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
        }

        Batch(name, i => $"link add {Name(i)} address {Mac(i, 1)} type veth peer name {Name(i)} address {Mac(i, 2)} netns {name + Other}\n{Ready(i, 1, 2)}");
        Batch(name + Other, i => Ready(i, 2, 1));
    }

    /// <summary>Where captures are.</summary>
    internal string Path => $"/var/run/netns/{_name}";

    /// <summary>Where packets are sent from.</summary>
    internal string Sender => _name + Other;

    internal static string Name(int i) => $"many{i}";

    /// <summary>A ping through each, answered.</summary>
    internal void Ping()
    {
        var thread = new Thread(() =>
        {
            NetworkNamespace.Enter(Path);
            using var ping = new Ping();
            for (var i = 0; i < _count; i++)
            {
                if (ping.Send(Address(i, 2), PingTimeout).Status != IPStatus.Success)
                {
                    throw new InvalidOperationException($"no answer through {Name(i)}");
                }
            }
        });
        thread.Start();
        thread.Join();
    }

    public void Dispose()
    {
        ChildProcess.Expect("ip", "netns", "del", _name);
        ChildProcess.Expect("ip", "netns", "del", _name + Other);
    }

    /// <summary>Neighbours are told: the kernel asks for no more than some hundred at a time.</summary>
    private static string Ready(int i, int end, int other) =>
        $"address add {Address(i, end)}/30 dev {Name(i)}\nlink set {Name(i)} up\nneighbour add {Address(i, other)} lladdr {Mac(i, other)} nud permanent dev {Name(i)}\n";

    private static string Mac(int i, int end) => $"02:00:00:{i >> 8:x2}:{i & 0xff:x2}:{end:x2}";

    private static string Address(int i, int end) => $"10.{i >> 6 >> 8}.{(i >> 6) & 0xff}.{((i & 63) << 2) + end}";

    private void Batch(string space, Func<int, string> lines)
    {
        var file = System.IO.Path.GetTempFileName();
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, _count).Select(lines)));
        ChildProcess.Expect("ip", "-n", space, "-batch", file);
        File.Delete(file);
    }
}
