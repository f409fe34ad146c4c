using System.Diagnostics;
using System.Globalization;

namespace Benchmarks;

/// <summary>The programs as users run them: compiled ahead of time where that could be done.</summary>
internal static class Programs
{
    internal static string Of(string name)
    {
        var published = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../..", "bin"));
        return new[] { published, AppContext.BaseDirectory }.Select(folder => Path.Combine(folder, $"{name}.dll")).First(File.Exists);
    }

    /// <summary>Starts an agent, alone on its host.</summary>
    /// <param name="folder">Where its configuration goes.</param>
    /// <param name="host">Its host's name.</param>
    /// <param name="analyzerPort">Where the analyzer is.</param>
    /// <param name="more">HOCON of section skydive besides.</param>
    internal static Process StartAgent(string folder, string host, int analyzerPort, string more = "")
    {
        var file = Path.Combine(folder, "agent.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture,
            $$"""
            skydive {
              host-id = {{host}}
              log.level = warning
              agent { analyzers = ["127.0.0.1:{{analyzerPort}}"], console.port = 0, remoting { host = "127.0.0.1", port = 0 } }
              {{more}}
            }
            """));
        return Process.Start(new ProcessStartInfo("dotnet", [Of("Agent.Node"), "run", "--config", file]))!;
    }
}
