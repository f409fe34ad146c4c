using System.Globalization;
using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>The machine, and as whom this runs.</summary>
internal static class SystemFindings
{
    private const string Area = "system";
    private const long AgentAtRest = 256L << 20;

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        yield return new Finding(Area, "kernel and processor", facts.Architecture == "X64" ? Verdict.Ok : Verdict.Unknown,
            facts.Architecture == "X64" ? $"Linux {facts.Kernel} on x86-64" : $"Linux {facts.Kernel} on {facts.Architecture}: only x86-64 has been tried");
        yield return new Finding(Area, ".NET", Verdict.Ok, $"{facts.Runtime}, which the agent needs as well");
        if (facts.Container is { } sign)
        {
            yield return new Finding(Area, "container", Verdict.Limited, $"this looks like a container ({sign}): what is said here is true inside it, not on its host",
                "to see the host from a container, give it the host's network, and the host's /run/netns (with rslave) and /run/openvswitch as volumes");
        }

        if (facts.Rights.IsInUserNamespace)
        {
            yield return new Finding(Area, "user namespace", Verdict.Limited, "capabilities count inside this user namespace only: not for the host's interfaces and namespaces",
                "run the agent outside of it, as the host's root");
        }

        yield return Memory(facts.Resources);
    }

    private static Finding Memory(Resources resources)
    {
        var cores = resources.Cores == 1 ? "one core" : string.Create(CultureInfo.InvariantCulture, $"{resources.Cores} cores");
        var had = resources is { AvailableMemory: { } available, MemoryLimit: { } limit } ? Math.Min(available, limit) : resources.AvailableMemory ?? resources.MemoryLimit;
        const string needs = "an agent takes 150 MiB, and 0.3 GiB more for each million flows";
        return had switch
        {
            null => new Finding(Area, "memory", Verdict.Unknown, $"{cores}; {needs}"),
            < AgentAtRest => new Finding(Area, "memory", Verdict.Limited, $"{cores}, {Text(had.Value)} to be had: {needs}", "lower skydive.flow.max-entries, or give it more"),
            _ => new Finding(Area, "memory", Verdict.Ok, $"{cores}, {Text(had.Value)} to be had; {needs}"),
        };
    }

    private static string Text(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
