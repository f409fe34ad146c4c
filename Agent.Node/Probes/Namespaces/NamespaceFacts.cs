using System.Collections.Immutable;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Namespaces;

/// <summary>A network namespace with a name: an entry of /var/run/netns.</summary>
internal sealed record NamedNamespace(string Name, string Path, NamespaceId Id);

/// <summary>What appeared and what vanished between two looks at the directory.</summary>
internal sealed record NamespaceChanges(ImmutableArray<NamedNamespace> Appeared, ImmutableArray<NamedNamespace> Vanished)
{
    /// <summary>Compares two looks. A name that now leads to another namespace vanished and appeared.</summary>
    public static NamespaceChanges Between(ImmutableArray<NamedNamespace> before, ImmutableArray<NamedNamespace> after) =>
        new([.. after.Except(before)], [.. before.Except(after)]);
}

/// <summary>Namespace probe -> topology.</summary>
internal sealed record NamespaceAppeared(NamedNamespace Namespace);

/// <summary>Namespace probe -> topology.</summary>
internal sealed record NamespaceVanished(NamespaceId Namespace);
