using System.Runtime.InteropServices;
using Shared.Messages.Configuration;
using SharpPcap;

namespace Cli.Doctor.Facts;

/// <summary>What was found out about a host, without a judgement. Nothing is made or changed to find it out.</summary>
internal sealed record HostFacts
{
    /// <summary>The kernel's release, as uname has it.</summary>
    public required string Kernel { get; init; }

    /// <summary>"X64", "Arm64".</summary>
    public required string Architecture { get; init; }

    /// <summary>The .NET this runs on.</summary>
    public required string Runtime { get; init; }

    /// <summary>What gives a container away; null when nothing does.</summary>
    public required string? Container { get; init; }

    public required ProcessRights Rights { get; init; }

    public required PacketFacts Packets { get; init; }

    public required NamespaceFacts Namespaces { get; init; }

    /// <summary>By the module's name.</summary>
    public required IReadOnlyDictionary<string, ModuleState> Modules { get; init; }

    public required OpenVSwitchFacts OpenVSwitch { get; init; }

    /// <summary>The sockets of container runtimes that are there.</summary>
    public required IReadOnlyList<ContainerRuntime> ContainerRuntimes { get; init; }

    /// <summary>The ports the product wants, and who has them.</summary>
    public required IReadOnlyList<PortFacts> Ports { get; init; }

    public required Resources Resources { get; init; }

    /// <summary>Looks at this host.</summary>
    /// <param name="config">An agent's and an analyzer's: which paths and ports they use.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<HostFacts> GatherAsync(SkydiveConfig config, CancellationToken stop)
    {
        var kernel = Files.Line("/proc/sys/kernel/osrelease") ?? Environment.OSVersion.VersionString;
        var topology = config.Agent.Topology;
        return new HostFacts
        {
            Kernel = kernel,
            Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            Runtime = RuntimeInformation.FrameworkDescription,
            Container = ContainerRuntime.Sign("/"),
            Rights = ProcessRights.Read("/"),
            Packets = PacketFacts.Look(() => Pcap.Version),
            Namespaces = NamespaceFacts.Look(topology.NetnsPath),
            Modules = KernelModules.Look("/", kernel),
            OpenVSwitch = await OpenVSwitchFacts.AskAsync(new Uri(topology.Ovsdb).LocalPath, stop).ConfigureAwait(false),
            ContainerRuntimes = ContainerRuntime.Find("/"),
            Ports = PortFacts.Look("/", WantedPort.Of(config)),
            Resources = Resources.Read("/"),
        };
    }
}
