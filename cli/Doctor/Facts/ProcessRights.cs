using System.Globalization;

namespace Cli.Doctor.Facts;

/// <summary>Capabilities that matter to an agent, or to who looks at it, by their numbers in linux/capability.h.</summary>
internal enum Capability
{
    NetAdmin = 12,
    NetRaw = 13,
    SysPtrace = 19,
    SysAdmin = 21,
}

/// <summary>As whom this runs.</summary>
/// <param name="UserId">The effective user.</param>
/// <param name="Capabilities">The effective ones, of those that matter.</param>
/// <param name="IsInUserNamespace">They count only inside a user namespace that isn't the host's first.</param>
internal sealed record ProcessRights(int UserId, IReadOnlySet<Capability> Capabilities, bool IsInUserNamespace)
{
    public bool Has(Capability capability) => Capabilities.Contains(capability);

    public static ProcessRights Read(string root)
    {
        var (user, capabilities) = ParseStatus(Files.Text(Path.Combine(root, "proc/self/status")) ?? "");
        return new ProcessRights(user, capabilities, Files.Text(Path.Combine(root, "proc/self/uid_map")) is { } map && !IsFirstNamespace(map));
    }

    /// <summary>The effective user and capabilities in /proc/self/status; nobody and none without them.</summary>
    public static (int UserId, IReadOnlySet<Capability> Capabilities) ParseStatus(string status)
    {
        const int nobody = 65534;
        var (user, mask) = (nobody, 0UL);
        foreach (var line in status.Split('\n'))
        {
            // Uid: real, effective, saved, file system.
            if (line.StartsWith("Uid:", StringComparison.Ordinal))
            {
                user = int.Parse(line.Split('\t')[2], CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("CapEff:", StringComparison.Ordinal))
            {
                mask = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return (user, Enum.GetValues<Capability>().Where(capability => (mask >> (int)capability & 1) != 0).ToHashSet());
    }

    /// <summary>Whether /proc/self/uid_map is the first user namespace's: all users, as they are.</summary>
    public static bool IsFirstNamespace(string map) =>
        map.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];
}
