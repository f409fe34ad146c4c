using System.Runtime.InteropServices;

namespace Agent.Node.Linux;

/// <summary>How many files and sockets this process may have open: getrlimit(2). Each packet capture has three, and one more while its ring changes.</summary>
internal static partial class DescriptorLimit
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const int TooManyOpenFiles = 24; // EMFILE

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

    /// <summary>What to say besides of a failure for want of descriptors; empty, if there are some.</summary>
    internal static string Explain()
    {
        // libpcap's words don't tell this failure from others: try.
        var descriptor = NamespaceNative.EventDescriptor(0, NamespaceNative.NonBlockingCloseOnExec);
        if (descriptor >= 0)
        {
            _ = SystemCalls.Close(descriptor);
            return "";
        }

        return Marshal.GetLastPInvokeError() == TooManyOpenFiles && Get(OpenFiles, out var limits) == 0
            ? $" (all of the {limits.Soft} files and sockets are open that this process may have, of which each packet capture takes three: raise its limit, LimitNOFILE of a systemd unit or ulimit -n)"
            : "";
    }

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
