using System.Globalization;
using System.Text;

namespace Lab.Cluster;

/// <summary>The configuration files of the lab's processes. What isn't said here is the product's default.</summary>
internal static class LabConfiguration
{
    /// <summary>The fabric between the agents, in the fabric link language.</summary>
    private static readonly string[] _fabric =
    [
        "TOR1[Name=tor1] -> TOR1_PORT1[Name=port1, MTU=1500]",
        "TOR1[Name=tor1] -> TOR1_PORT2[Name=port2, MTU=1500]",
        "TOR1_PORT1 -> *[Type=host, Name=agent1]/eth1",
        "TOR1_PORT2 -> *[Type=host, Name=agent2]/eth1",
    ];

    public static string Analyzer(string name, string address, string folder, string? postgres)
    {
        var storage = postgres is null
            ? $$"""{ provider = sqlite, file = "{{folder}}/skydive.db" }"""
            : $$"""{ provider = postgresql, connection-string = "{{postgres}}" }""";
        var fabric = new StringBuilder();
        foreach (var link in _fabric)
            fabric.Append(CultureInfo.InvariantCulture, $"      \"{link}\"\n");
        return $$"""
            skydive {
              host-id = {{name}}
              analyzer {
                remoting { host = "{{address}}" }
                storage {{storage}}
                topology.fabric = [
            {{fabric}}    ]
              }
            }

            """;
    }

    public static string Agent(string name, string address, string analyzerAddress) =>
        $$"""
        skydive {
          host-id = {{name}}
          agent {
            analyzers = ["{{analyzerAddress}}:9111"]
            remoting { host = "{{address}}" }
          }
          flow.update-every = 1s
        }

        """;

    public static string AllInOneAnalyzer(string folder, int remotingPort, int httpPort) =>
        $$"""
        skydive {
          host-id = analyzer
          analyzer {
            remoting { host = "127.0.0.1", port = {{remotingPort}} }
            http.port = {{httpPort}}
            console.port = 0
            storage.file = "{{folder}}/skydive.db"
          }
        }

        """;

    public static string AllInOneAgent(int analyzerPort, IReadOnlyList<string> captureFiles) =>
        $$"""
        skydive {
          host-id = localhost
          agent {
            analyzers = ["127.0.0.1:{{analyzerPort}}"]
            console.port = 0
            capture-files = [{{string.Join(", ", captureFiles.Select(Quoted))}}]
          }
          flow.update-every = 1s
        }

        """;

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
