using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.Node.Linux;

namespace Agent.Node.Tests;

/// <summary>Two network namespaces of our own with a veth pair between them; gone when disposed.</summary>
internal sealed class VethPair : IDisposable
{
    internal const string AddressA = "10.99.0.1";
    internal const string AddressB = "10.99.0.2";

    private readonly string _a;
    private readonly string _b;

    internal VethPair(string purpose)
    {
        var unique = $"{purpose}-{Environment.ProcessId}";
        _a = $"flows-{unique}-a";
        _b = $"flows-{unique}-b";
        Run("ip", "netns", "add", _a);
        Run("ip", "netns", "add", _b);
        Run("ip", "-n", _a, "link", "add", Interface, "type", "veth", "peer", "name", Interface, "netns", _b);
        foreach (var (name, address) in new[] { (_a, AddressA), (_b, AddressB) })
        {
            Run("ip", "-n", name, "addr", "add", $"{address}/24", "dev", Interface);
            Run("ip", "-n", name, "link", "set", Interface, "up");
        }
    }

    internal string Interface => "veth0";

    internal string PathA => $"/var/run/netns/{_a}";

    internal string PathB => $"/var/run/netns/{_b}";

    public void Dispose()
    {
        Run("ip", "netns", "del", _a);
        Run("ip", "netns", "del", _b);
    }

    /// <summary>From A to B.</summary>
    internal void Ping(int count) => Run("ip", "netns", "exec", _a, "ping", "-c", $"{count}", "-i", "0.01", "-W", "5", AddressB);

    /// <summary>Large datagrams from A to B as fast as they go, to a port nobody listens on.</summary>
    internal void Flood(int megabytes)
    {
        var thread = new Thread(() =>
        {
            NetworkNamespace.Enter(PathA);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var datagram = new byte[60_000];
            for (var sent = 0; sent < megabytes << 20; sent += datagram.Length)
            {
                socket.SendTo(datagram, new IPEndPoint(IPAddress.Parse(AddressB), 9));
            }
        });
        thread.Start();
        thread.Join();
    }

    /// <summary>Datagrams of 1,000 bytes from A to B, at a rate, to a port nobody listens on; how many they were.</summary>
    internal int SendAtRate(int seconds, int perMillisecond)
    {
        var sent = 0;
        var thread = new Thread(() =>
        {
            NetworkNamespace.Enter(PathA);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var end = new IPEndPoint(IPAddress.Parse(AddressB), 9);
            var datagram = new byte[1000];
            var since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since) is { TotalMilliseconds: var elapsed } && elapsed < seconds * 1000)
            {
                for (; sent < elapsed * perMillisecond; sent++)
                {
                    socket.SendTo(datagram, end);
                }

                Thread.Sleep(1);
            }
        });
        thread.Start();
        thread.Join();
        return sent;
    }

    /// <summary>What a program prints that runs in A.</summary>
    internal string Inside(params string[] command) => Run("ip", ["netns", "exec", _a, .. command]);

    internal void DeleteInterface() => Run("ip", "-n", _a, "link", "del", Interface);

    internal string MacOfA() => Run("ip", "netns", "exec", _a, "cat", $"/sys/class/net/{Interface}/address").Trim();

    internal string MacOfB() => Run("ip", "netns", "exec", _b, "cat", $"/sys/class/net/{Interface}/address").Trim();

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}{output}");
        }

        return output;
    }
}
