using System.Globalization;
using System.Net;
using Shared.Messages.Configuration;

namespace Cli.Doctor.Facts;

/// <summary>A port the product listens on.</summary>
/// <param name="Use">What for: "console of an agent".</param>
/// <param name="IsUdp">UDP, else TCP.</param>
/// <param name="Address">The address it's bound to.</param>
/// <param name="Number">The port.</param>
/// <param name="Key">Where it's configured.</param>
internal sealed record WantedPort(string Use, bool IsUdp, string Address, int Number, string Key)
{
    /// <summary>Those of an agent and an analyzer of this configuration; ports the system chooses aren't among them.</summary>
    public static IReadOnlyList<WantedPort> Of(SkydiveConfig config)
    {
        var (agent, analyzer) = (config.Agent, config.Analyzer);
        List<WantedPort> ports =
        [
            new("cluster port of an agent", false, agent.Remoting.BindHost, agent.Remoting.Port, "agent.remoting.port"),
            new("console of an agent", false, agent.Console?.Host ?? "", agent.Console?.Port ?? 0, "agent.console.port"),
            new("metrics of an agent", false, agent.Metrics?.Host ?? "", agent.Metrics?.Port ?? 0, "agent.metrics.port"),
            new("NetFlow captures", true, agent.Capture.NetFlowAddress, agent.Capture.NetFlowPort, "agent.capture.netflow-port"),
            new("cluster port of an analyzer", false, analyzer.Remoting.BindHost, analyzer.Remoting.Port, "analyzer.remoting.port"),
            new("API and page of an analyzer", false, analyzer.Http.Host, analyzer.Http.Port, "analyzer.http.port"),
            new("console of an analyzer", false, analyzer.Console?.Host ?? "", analyzer.Console?.Port ?? 0, "analyzer.console.port"),
        ];
        return [.. ports.Where(port => port.Number > 0)];
    }
}

/// <summary>A wanted port, and who has it.</summary>
/// <param name="Wanted">The port.</param>
/// <param name="IsTaken">Another process listens there.</param>
/// <param name="Owner">Which one, "dotnet (4711)"; null when it isn't taken, or may not be known.</param>
internal sealed record PortFacts(WantedPort Wanted, bool IsTaken, string? Owner)
{
    public static IReadOnlyList<PortFacts> Look(string root, IReadOnlyList<WantedPort> wanted)
    {
        var (tcp, udp) = (Listening("tcp"), Listening("udp"));
        return [.. wanted.Select(port => (port.IsUdp ? udp : tcp).Find(socket => socket.Collides(port.Address, port.Number)) is { } taken
            ? new PortFacts(port, true, SocketTable.Owner(root, taken.Inode))
            : new PortFacts(port, false, null))];

        List<ListeningSocket> Listening(string protocol) =>
            [.. SocketTable.Listening(Files.Text($"{root}proc/net/{protocol}") ?? ""), .. SocketTable.Listening(Files.Text($"{root}proc/net/{protocol}6") ?? "")];
    }
}

/// <summary>A socket that waits for what comes.</summary>
/// <param name="Address">Bound to; any address of its family is one of zeros.</param>
/// <param name="Port">Bound to.</param>
/// <param name="Inode">Its number.</param>
internal sealed record ListeningSocket(IPAddress Address, int Port, long Inode)
{
    /// <summary>Whether nobody can bind there beside it.</summary>
    public bool Collides(string address, int port) =>
        port == Port && (IsAny(Address) || !IPAddress.TryParse(address, out var wanted) || IsAny(wanted) || wanted.Equals(Address));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}

/// <summary>/proc/net/tcp, tcp6, udp and udp6 (proc(5)).</summary>
internal static class SocketTable
{
    private const string Listen = "0A";
    private const string Unconnected = "07";

    public static IReadOnlyList<ListeningSocket> Listening(string table)
    {
        const int local = 1;
        const int state = 3;
        const int inode = 9;
        var found = new List<ListeningSocket>();
        foreach (var line in table.Split('\n').Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > inode && fields[state] is Listen or Unconnected && fields[local].Split(':') is [var address, var port])
            {
                found.Add(new ListeningSocket(Address(address), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    long.Parse(fields[inode], CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    /// <summary>The process that has a socket: "dotnet (4711)"; null when none of those that may be looked at has it.</summary>
    public static string? Owner(string root, long inode)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"socket:[{inode}]");
        foreach (var process in Files.Entries(Path.Combine(root, "proc")).Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            if (Files.Entries(Path.Combine(process, "fd")).Any(descriptor => Link(descriptor) == target))
            {
                return $"{Name(process)} ({Path.GetFileName(process)})";
            }
        }

        return null;
    }

    // Every .NET program is "dotnet": what it runs says more.
    private static string Name(string process)
    {
        var name = Files.Line(Path.Combine(process, "comm")) ?? "a process";
        var arguments = (Files.Text(Path.Combine(process, "cmdline")) ?? "").Split('\0');
        return arguments.Length > 1 && arguments[1].EndsWith(".dll", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(arguments[1]) : name;
    }

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Words of four bytes, each in the machine's order.
    private static IPAddress Address(string text)
    {
        var bytes = Convert.FromHexString(text);
        for (var word = 0; word < bytes.Length; word += 4)
        {
            bytes.AsSpan(word, 4).Reverse();
        }

        return new IPAddress(bytes);
    }
}
