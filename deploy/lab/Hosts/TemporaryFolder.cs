using System.Diagnostics;
using System.Globalization;

namespace Lab.Hosts;

/// <summary>
/// A folder, and processes that work in it, which go when this program ends, however it ends: a shell beside it waits for the
/// end of a pipe, and the kernel closes that even for a program that was killed.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    // What was started last is stopped first, and waited for: an agent leaves its analyzer in order.
    private const string Guard = """
        pids=
        while read -r pid; do pids="$pid $pids"; done
        for pid in $pids; do
            kill "$pid" 2>/dev/null || continue
            patience=100
            while kill -0 "$pid" 2>/dev/null && [ $((patience -= 1)) -gt 0 ]; do sleep 0.1; done
            kill -9 "$pid" 2>/dev/null
        done
        rm -rf -- "$0"
        [ $# -eq 0 ] || "$@"
        """;

    private readonly Process _guard;

    /// <param name="prefix">What its name begins with.</param>
    /// <param name="last">A command that takes away what else was made.</param>
    public TemporaryFolder(string prefix, params IReadOnlyList<string> last)
    {
        Root = Directory.CreateTempSubdirectory(prefix).FullName;
        // A session of its own: a terminal's Ctrl-C isn't for the guard.
        _guard = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Guard, Root, .. last]) { RedirectStandardInput = true, WorkingDirectory = "/" })
            ?? throw new LabException("setsid did not start");
    }

    public string Root { get; }

    /// <summary>Has a process stopped before the folder goes.</summary>
    public void Stop(Process process)
    {
        _guard.StandardInput.WriteLine(process.Id.ToString(CultureInfo.InvariantCulture));
        _guard.StandardInput.Flush();
    }

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }
}
