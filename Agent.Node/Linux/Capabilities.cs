using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Node.Linux;

/// <summary>What of root's power the agent has. What it doesn't need it gives away before it does anything else, for good.</summary>
internal static partial class Capabilities
{
    // Numbers of capability.h. Packets and mirrors; namespaces; Open vSwitch's socket and capture files of other owners.
    private const int DacOverride = 1;
    private const int SetPcap = 8;
    private const int NetAdmin = 12;
    private const int NetRaw = 13;
    private const int SysAdmin = 21;

    private const ulong Needed = (1UL << DacOverride) | (1UL << NetAdmin) | (1UL << NetRaw) | (1UL << SysAdmin);

    private const int Last = 63;

    // Of prctl.h.
    private const int DropFromBoundingSet = 24;
    private const int SetNoNewPrivileges = 38;

    /// <summary>Those of this process, a bit each.</summary>
    internal static ulong Effective => Read("CapEff:");

    /// <summary>Those it can ever have.</summary>
    internal static ulong Bounding => Read("CapBnd:");

    /// <summary>
    /// Gives away what isn't needed, where there's something to give: the process begins anew, with the same number and arguments.
    /// Capabilities are a thread's own, and the runtime has threads already: only what begins anew has them all alike.
    /// </summary>
    /// <exception cref="IOException">The kernel didn't do it.</exception>
    public static void KeepNeeded()
    {
        if ((Effective & (1UL << SetPcap)) == 0 || (Bounding & ~Needed) == 0)
        {
            return;
        }

        for (var capability = 0; capability <= Last; capability++)
        {
            if ((Needed & (1UL << capability)) == 0 && (Bounding & (1UL << capability)) != 0 && Prctl(DropFromBoundingSet, (nuint)capability, 0, 0, 0) != 0)
            {
                throw SystemCalls.Failure("capabilities can't be given away");
            }
        }

        // Nor come back by a program that has them.
        if (Prctl(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            throw SystemCalls.Failure("new privileges can't be refused");
        }

        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}");
        Execve("/proc/self/exe", [.. File.ReadAllText("/proc/self/cmdline", Encoding.UTF8).TrimEnd('\0').Split('\0'), null], [.. environment, null]);
        throw SystemCalls.Failure("the agent can't begin anew with fewer capabilities");
    }

    private static ulong Read(string field)
    {
        var line = File.ReadLines("/proc/thread-self/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint argument, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execve(string path, string?[] arguments, string?[] environment);
}
