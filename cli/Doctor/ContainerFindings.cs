using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Containers: seen by their interfaces only, from inside where their namespaces have names.</summary>
internal static class ContainerFindings
{
    private const string Area = "containers";
    private const string DockersNames = "/var/run/docker/netns";

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        if (facts.ContainerRuntimes.Count == 0)
        {
            yield return new Finding(Area, "runtimes", Verdict.Ok, "no socket of docker, containerd, podman or cri-o: nothing to miss");
        }

        foreach (var runtime in facts.ContainerRuntimes)
        {
            yield return runtime.Name == "docker"
                ? Docker(runtime, facts)
                : new Finding(Area, runtime.Name, Verdict.Limited,
                    $"{runtime.Socket}: interfaces, and what is in containers whose namespace has a name in {facts.Namespaces.Path}, as CNI and netavark give them. Names of containers and pods aren't known");
        }
    }

    private static Finding Docker(ContainerRuntime runtime, HostFacts facts)
    {
        var entersThem = Unified(facts.Namespaces.Path) == Unified(DockersNames);
        return new Finding(Area, runtime.Name, Verdict.Limited, entersThem
            ? $"{runtime.Socket}: bridges, veth pairs and what is in containers. Names of containers aren't known"
            : $"{runtime.Socket}: bridges and the host's ends of veth pairs. Names of containers aren't known, their namespaces aren't entered",
            entersThem ? "" : $"netns-path = \"{DockersNames}\" enters Docker's namespaces, in place of those in {facts.Namespaces.Path}");
    }

    private static string Unified(string path) => path.TrimEnd('/').Replace("/var/run/", "/run/", StringComparison.Ordinal);
}
