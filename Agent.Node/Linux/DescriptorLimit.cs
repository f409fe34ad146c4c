using System.Runtime.InteropServices;

namespace Agent.Node.Linux;

/// <summary>How many files and sockets this process may have open: getrlimit(2). Each packet capture has three, and one more while its ring changes.</summary>
internal static partial class DescriptorLimit
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    /// <summary>Raises the limit as far as the process may, and gives it.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal static long Raise()
    {
        if (Get(OpenFiles, out var limits) < 0)
        {
            throw SystemCalls.Failure("look at the limit of open files");
        }

        if (limits.Soft < limits.Hard)
        {
            limits.Soft = limits.Hard;
            if (Set(OpenFiles, limits) < 0)
            {
                throw SystemCalls.Failure("raise the limit of open files");
            }
        }

        return (long)Math.Min(limits.Soft, long.MaxValue);
    }

    /// <summary>In words for who asks for another one.</summary>
    internal static string TooMany => Get(OpenFiles, out var limits) < 0
        ? "this process may not open more files and sockets"
        : $"of the {limits.Soft} files and sockets that this process may have open, so many are used that none is left for another capture, which takes four: raise its limit, LimitNOFILE of a systemd unit or ulimit -n";

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int Get(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int Set(int resource, in Limits limits);

    /// <summary>struct rlimit on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
