namespace Lab.Cluster;

/// <summary>The configuration files of the lab's processes. What isn't said here is the product's default.</summary>
internal static class LabConfiguration
{
    public static string Analyzer(string name, string address, IReadOnlyList<string> analyzers, string folder, string? postgres)
    {
        var storage = postgres is null
            ? $$"""{ provider = sqlite, file = "{{folder}}/skydive.db" }"""
            : $$"""{ provider = postgresql, connection-string = "{{postgres}}" }""";
        return $$"""
            skydive {
              host-id = {{name}}
              analyzer {
                seeds = [{{Endpoints(analyzers)}}]
                remoting { host = "{{address}}" }
                storage {{storage}}
              }
            }

            """;
    }

    public static string Agent(string name, string address, IReadOnlyList<string> analyzers) =>
        $$"""
        skydive {
          host-id = {{name}}
          agent {
            analyzers = [{{Endpoints(analyzers)}}]
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
          # A file may have any number of flows, and nobody waits for how they are in between.
          flow { update-every = 1h, max-entries = 4000000 }
        }

        """;

    private static string Endpoints(IEnumerable<string> addresses) => string.Join(", ", addresses.Select(address => Quoted(address + ":9111")));

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
