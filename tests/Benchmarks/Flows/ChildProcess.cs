using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Benchmarks.Flows;

/// <summary>Runs a program on one core and counts the processor time it, and what it started, took.</summary>
internal static partial class ChildProcess
{
    /// <summary>User and system CPU seconds, those of processes it started included, and the last line the program wrote.</summary>
    /// <exception cref="InvalidOperationException">The program failed; the message has its last line.</exception>
    internal static (double CpuSeconds, string LastLine) Measure(IReadOnlyList<string> command)
    {
        AdoptOrphans();
        var before = ChildrenSeconds();
        var (code, lastLine) = Run(["taskset", "-c", "0", .. command]);
        WaitForOrphans();
        if (code != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with code {code}: {lastLine}");
        }

        return (ChildrenSeconds() - before, lastLine);
    }

    /// <summary>A program's helper processes that outlive it are ours to wait for then, and so to count.</summary>
    private static void AdoptOrphans()
    {
        const int setChildSubreaper = 36;
        if (ProcessControl(setChildSubreaper, 1) != 0)
        {
            throw new InvalidOperationException($"prctl failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static void WaitForOrphans()
    {
        // Not for the guard of a temporary folder, which has a group of its own.
        const int ownGroup = 0;
        while (WaitForProcess(ownGroup, 0, 0) > 0)
        {
            // The next, until there is none.
        }
    }

    /// <summary>The exit code and the last line written.</summary>
    internal static (int Code, string LastLine) Run(IReadOnlyList<string> command)
    {
        var lastLine = "";
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start };
        void Keep(object sender, DataReceivedEventArgs line) => lastLine = string.IsNullOrWhiteSpace(line.Data) ? lastLine : line.Data;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return (process.ExitCode, lastLine);
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its last line.</exception>
    internal static void Expect(params string[] command)
    {
        var (code, lastLine) = Run(command);
        if (code != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {lastLine}");
        }
    }

    /// <summary>Where PATH has this program, or null.</summary>
    internal static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>What all children that have ended, and were waited for, took.</summary>
    private static double ChildrenSeconds()
    {
        const int children = -1;
        if (GetResourceUsage(children, out var usage) != 0)
        {
            throw new InvalidOperationException($"getrusage failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) * 1e-6);
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint value);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitForProcess(int process, nint status, int options);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, out ResourceUsage usage);

    /// <summary>struct rusage on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        internal long UserSeconds;
        internal long UserMicroseconds;
        internal long SystemSeconds;
        internal long SystemMicroseconds;
    }
}
