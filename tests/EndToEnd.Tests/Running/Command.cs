using System.Diagnostics;
using System.Text;

namespace EndToEnd.Tests.Running;

/// <summary>A program run as a user runs it: what it printed and how it ended.</summary>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    public static Task<Command> DotnetAsync(string program, params string[] arguments) => RunAsync("dotnet", [program, .. arguments]);

    public static async Task<Command> RunAsync(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        }) ?? throw new InvalidOperationException($"{file} did not start");
        process.StandardInput.Close();
        var output = new StringBuilder();
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} still runs after four minutes; it printed:\n{output}\n{errors}");
        }

        return new Command(process.ExitCode, output.ToString(), errors.ToString());
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
