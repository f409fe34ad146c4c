using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Lab.Hosts;

/// <summary>What /proc tells of a process (proc(5)); a process that's gone gives null or nothing.</summary>
internal static partial class ProcessStat
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>All processes.</summary>
    public static IEnumerable<int> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>Field 22 of /proc/PID/stat; null when there is no such process or only its zombie.</summary>
    public static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the name in parentheses, which may hold blanks and parentheses itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static string? PidNamespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Resident memory in KiB; 0 when the process is gone.</summary>
    public static long ResidentKiB(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmRSS:".Length..^2].Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static void Signal(int pid, int signal) => _ = SendSignal(pid, signal);

    /// <summary>Has a process end by a signal, and waits for it; false when it's still there after that time.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="start">Its start time: another one of that number is let alone.</param>
    /// <param name="signal">Which.</param>
    /// <param name="patience">How long.</param>
    public static async Task<bool> EndAsync(int pid, string? start, int signal, TimeSpan patience)
    {
        if (start is null || StartTime(pid) != start)
        {
            return true;
        }

        Signal(pid, signal);
        var since = Stopwatch.StartNew();
        while (StartTime(pid) == start)
        {
            if (since.Elapsed > patience)
            {
                return false;
            }

            await Task.Delay(50);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
