namespace Cli.Doctor.Facts;

/// <summary>A container runtime, by its socket.</summary>
/// <param name="Name">"docker", "containerd", "podman", "cri-o".</param>
/// <param name="Socket">Where it is.</param>
internal sealed record ContainerRuntime(string Name, string Socket)
{
    private static readonly ContainerRuntime[] _usual =
    [
        new("docker", "/run/docker.sock"),
        new("containerd", "/run/containerd/containerd.sock"),
        new("podman", "/run/podman/podman.sock"),
        new("cri-o", "/run/crio/crio.sock"),
    ];

    public static IReadOnlyList<ContainerRuntime> Find(string root) => [.. _usual.Where(runtime => File.Exists(root + runtime.Socket[1..]))];

    /// <summary>What says that this process is in a container; null when nothing does.</summary>
    public static string? Sign(string root)
    {
        foreach (var sign in new[] { ".dockerenv", "run/.containerenv", "run/systemd/container" })
        {
            if (File.Exists(root + sign))
            {
                return "/" + sign;
            }
        }

        // Container runtimes with cgroups of version 1 name themselves there.
        string[] runtimes = ["docker", "kubepods", "containerd", "libpod", "lxc"];
        return Files.Text(root + "proc/1/cgroup") is { } groups && Array.Find(runtimes, groups.Contains) is { } runtime ? $"{runtime} in /proc/1/cgroup" : null;
    }
}
