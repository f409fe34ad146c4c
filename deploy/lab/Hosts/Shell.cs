using System.Diagnostics;

namespace Lab.Hosts;

/// <summary>
/// Runs one program to its end and gives its output; a non-zero exit is a <see cref="LabException"/> that names the command
/// and what it said. Each has a session of its own: a terminal's Ctrl-C is for the lab, which then stops them in order.
/// </summary>
internal static class Shell
{
    public static async Task<string> RunAsync(string file, IReadOnlyList<string> arguments, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo("setsid", ["--wait", file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            throw;
        }

        var said = (await errors).Trim();
        return process.ExitCode == 0
            ? await output
            : throw new LabException($"`{file} {string.Join(' ', arguments)}` ended with {process.ExitCode}: {(said.Length > 0 ? said : (await output).Trim())}");
    }

    /// <summary>True when a program of that name is on the PATH.</summary>
    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new LabException($"{start.FileName} did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LabException($"{start.FileName} can't be started: {e.Message}");
        }
    }
}

/// <summary>What went wrong in the lab, in words for its user.</summary>
internal sealed class LabException(string message) : Exception(message);
