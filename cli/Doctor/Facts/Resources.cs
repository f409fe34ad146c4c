using System.Globalization;

namespace Cli.Doctor.Facts;

/// <summary>What there's to work with.</summary>
/// <param name="Cores">Cores this process may use.</param>
/// <param name="AvailableMemory">Bytes that can be had without swapping; null: unknown.</param>
/// <param name="MemoryLimit">Bytes this process's control group may have; null: as many as there are.</param>
internal sealed record Resources(int Cores, long? AvailableMemory, long? MemoryLimit)
{
    public static Resources Read(string root) =>
        new(Environment.ProcessorCount, ParseAvailable(Files.Text(Path.Combine(root, "proc/meminfo")) ?? ""), ParseLimit(Files.Line(Path.Combine(root, "sys/fs/cgroup/memory.max"))));

    /// <summary>MemAvailable of /proc/meminfo.</summary>
    public static long? ParseAvailable(string text) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line.AsSpan("MemAvailable:".Length).Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
            ? kibibytes * 1024 : null;

    /// <summary>A control group's memory.max: a number, or "max".</summary>
    public static long? ParseLimit(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
}
