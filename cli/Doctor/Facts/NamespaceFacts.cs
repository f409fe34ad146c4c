using Agent.Node.Probes.Namespaces;

namespace Cli.Doctor.Facts;

/// <summary>Network namespaces with a name.</summary>
/// <param name="Path">The directory of the names.</param>
/// <param name="Exists">It's there.</param>
/// <param name="Named">Names that lead to a namespace other than this process's.</param>
/// <param name="Propagation">How mounts made elsewhere come into the directory; null: it's no mount of its own.</param>
internal sealed record NamespaceFacts(string Path, bool Exists, int Named, MountPropagation? Propagation)
{
    public static NamespaceFacts Look(string path)
    {
        var real = Directory.Exists(path) ? Canonical(path) : path;
        return new NamespaceFacts(path, Directory.Exists(path), Count(path), Files.Text("/proc/self/mountinfo") is { } mounts ? MountTable.Propagation(mounts, real) : null);
    }

    private static int Count(string path)
    {
        try
        {
            return NamespaceDirectory.Read(path).Length;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // The mount table knows /run/netns, not /var/run/netns.
    private static string Canonical(string path)
    {
        var real = "/";
        foreach (var part in System.IO.Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var step = System.IO.Path.Combine(real, part);
            real = Directory.ResolveLinkTarget(step, returnFinalTarget: true)?.FullName ?? step;
        }

        return real;
    }
}

/// <summary>Whether mounts made elsewhere appear below a mount.</summary>
internal enum MountPropagation
{
    /// <summary>They don't.</summary>
    Private,

    /// <summary>They do, and those made below it appear elsewhere.</summary>
    Shared,

    /// <summary>They do.</summary>
    Follows,
}

/// <summary>/proc/self/mountinfo (proc(5)).</summary>
internal static class MountTable
{
    /// <summary>Of the mount at exactly this path, the last one made there; null when there's none.</summary>
    public static MountPropagation? Propagation(string mounts, string path)
    {
        const int mountPoint = 4;
        const int firstOptional = 6;
        MountPropagation? found = null;
        foreach (var line in mounts.Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length <= firstOptional || fields[mountPoint] != path)
            {
                continue;
            }

            var tags = fields.Skip(firstOptional).TakeWhile(tag => tag != "-").ToList();
            found = tags.Exists(tag => tag.StartsWith("shared:", StringComparison.Ordinal)) ? MountPropagation.Shared
                : tags.Exists(tag => tag.StartsWith("master:", StringComparison.Ordinal)) ? MountPropagation.Follows
                : MountPropagation.Private;
        }

        return found;
    }
}
