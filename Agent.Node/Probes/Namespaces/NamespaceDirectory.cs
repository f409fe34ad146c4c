using System.Collections.Immutable;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Namespaces;

/// <summary>Looks at a directory of named network namespaces.</summary>
internal static class NamespaceDirectory
{
    /// <summary>
    /// The namespaces there, by name; none when the directory doesn't exist. Leaves out files nothing is mounted on (yet),
    /// the process's own namespace, and second names of a namespace.
    /// </summary>
    public static ImmutableArray<NamedNamespace> Read(string directory)
    {
        var own = NamespaceId.Own;
        var seen = new HashSet<NamespaceId> { own };
        var found = ImmutableArray.CreateBuilder<NamedNamespace>();
        foreach (var path in Entries(directory))
        {
            // A namespace's file lives on the kernel's nsfs: the device tells it from a file that waits for its mount.
            if (NamespaceId.TryGet(path, out var id) && id.Device == own.Device && seen.Add(id))
            {
                found.Add(new NamedNamespace(Path.GetFileName(path), path, id));
            }
        }

        return found.ToImmutable();
    }

    private static IEnumerable<string> Entries(string directory)
    {
        try
        {
            return Directory.GetFiles(directory).Order(StringComparer.Ordinal);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
