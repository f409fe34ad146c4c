using System.IO.Compression;

namespace Cli.Doctor.Facts;

/// <summary>What the kernel has of a module.</summary>
internal enum ModuleState
{
    /// <summary>Nothing says so or otherwise.</summary>
    Unknown,

    /// <summary>It hasn't it.</summary>
    Absent,

    /// <summary>It's built to load it, and the modules' files aren't visible from here.</summary>
    Unlocated,

    /// <summary>Its file is installed; the kernel loads it when it's first asked for.</summary>
    Loadable,

    /// <summary>It's part of the kernel.</summary>
    BuiltIn,

    /// <summary>It's loaded.</summary>
    Loaded,
}

/// <summary>Which kinds of interfaces the kernel can make, told without making one.</summary>
internal static class KernelModules
{
    /// <summary>A module, and the key of the kernel's configuration that it's built by.</summary>
    public static IReadOnlyDictionary<string, string> Keys { get; } = new Dictionary<string, string>
    {
        ["veth"] = "CONFIG_VETH",
        ["bridge"] = "CONFIG_BRIDGE",
        ["8021q"] = "CONFIG_VLAN_8021Q",
        ["bonding"] = "CONFIG_BONDING",
        ["macvlan"] = "CONFIG_MACVLAN",
        ["tun"] = "CONFIG_TUN",
        ["ifb"] = "CONFIG_IFB",
        ["vxlan"] = "CONFIG_VXLAN",
        ["geneve"] = "CONFIG_GENEVE",
        ["ip_gre"] = "CONFIG_NET_IPGRE",
        ["ipip"] = "CONFIG_NET_IPIP",
        ["sit"] = "CONFIG_IPV6_SIT",
        ["mpls_router"] = "CONFIG_MPLS_ROUTING",
        ["openvswitch"] = "CONFIG_OPENVSWITCH",
    };

    public static IReadOnlyDictionary<string, ModuleState> Look(string root, string release)
    {
        var modules = Path.Combine(root, "lib/modules", release);
        var loaded = Loaded(Files.Text(Path.Combine(root, "proc/modules")) ?? "");
        var builtIn = Files.Text(Path.Combine(modules, "modules.builtin")) is { } list ? FilesNamed(list) : null;
        var installed = Files.Text(Path.Combine(modules, "modules.dep")) is { } dependencies ? FilesNamed(dependencies) : null;
        var configuration = Configuration(Path.Combine(root, "proc/config.gz")) ?? Files.Text(Path.Combine(root, "boot", "config-" + release));
        var configured = configuration is null ? null : Configured(configuration);
        return Keys.ToDictionary(entry => entry.Key, entry =>
        {
            if (loaded.Contains(entry.Key))
            {
                return ModuleState.Loaded;
            }

            if (builtIn is not null && builtIn.Contains(entry.Key))
            {
                return ModuleState.BuiltIn;
            }

            if (installed is not null && installed.Contains(entry.Key))
            {
                return ModuleState.Loadable;
            }

            return configured?.GetValueOrDefault(entry.Value) switch
            {
                'y' => ModuleState.BuiltIn,
                'm' => installed is null ? ModuleState.Unlocated : ModuleState.Absent,
                _ when configured is not null => ModuleState.Absent,
                // Modules with parameters show there, wherever they came from.
                _ when Directory.Exists(Path.Combine(root, "sys/module", entry.Key)) => ModuleState.BuiltIn,
                _ => builtIn is not null && installed is not null ? ModuleState.Absent : ModuleState.Unknown,
            };
        });
    }

    /// <summary>Names in /proc/modules.</summary>
    public static IReadOnlySet<string> Loaded(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToHashSet();

    /// <summary>The modules at the beginning of each line of modules.builtin or modules.dep: "kernel/drivers/net/veth.ko.xz: …".</summary>
    public static IReadOnlySet<string> FilesNamed(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Path.GetFileName(line.Split(':')[0]).Split('.')[0].Replace('-', '_')).ToHashSet();

    /// <summary>The keys of a kernel's configuration that are y or m.</summary>
    public static IReadOnlyDictionary<string, char> Configured(string text)
    {
        var keys = new Dictionary<string, char>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split('=') is [var key, "y" or "m"] && key.StartsWith("CONFIG_", StringComparison.Ordinal))
            {
                keys[key] = line[^1];
            }
        }

        return keys;
    }

    private static string? Configuration(string path)
    {
        try
        {
            using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            return text.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
