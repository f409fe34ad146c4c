using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Other network namespaces.</summary>
internal static class NamespaceFindings
{
    private const string Area = "namespaces";

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        yield return facts.Rights.Has(Capability.SysAdmin)
            ? new Finding(Area, "CAP_SYS_ADMIN", Verdict.Ok, "namespaces with a name are entered: their interfaces, captures and injections there")
            : new Finding(Area, "CAP_SYS_ADMIN", Verdict.Missing, "other network namespaces can't be entered: their names are seen, what is in them isn't", "run the agent as root, or with CAP_SYS_ADMIN too");
        yield return Names(facts.Namespaces, facts.Container is not null);
    }

    private static Finding Names(NamespaceFacts namespaces, bool isInContainer)
    {
        var path = namespaces.Path;
        // Mounts that the host makes later only come in where the volume lets them.
        if (isInContainer && namespaces.Propagation is null or MountPropagation.Private)
        {
            var seen = namespaces.Propagation is null ? "is this container's own: the host's namespaces aren't seen" : "doesn't follow the host: namespaces the host makes from now on aren't seen";
            return new Finding(Area, path, Verdict.Limited, $"{path} {seen}", "give the container the host's /run/netns as a volume with rslave");
        }

        var count = namespaces.Named switch { 0 => "none has a name now", 1 => "one has a name now", var many => $"{many} have a name now" };
        const string rest = "those without a name, as of most containers, aren't entered";
        return namespaces.Exists
            ? new Finding(Area, path, Verdict.Ok, $"{count}; {rest}")
            : new Finding(Area, path, Verdict.Ok, $"it isn't there: no namespace has a name yet, and the first is noticed (`ip netns add` makes the directory); {rest}");
    }
}
