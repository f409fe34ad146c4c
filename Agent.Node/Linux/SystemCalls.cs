using System.Runtime.InteropServices;

namespace Agent.Node.Linux;

/// <summary>What all that calls libc needs.</summary>
internal static partial class SystemCalls
{
    /// <summary>EINTR: a signal came; the call is made again.</summary>
    internal const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    /// <summary>The last call's failure, in the kernel's words.</summary>
    /// <param name="what">What was to be done.</param>
    internal static IOException Failure(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }
}
