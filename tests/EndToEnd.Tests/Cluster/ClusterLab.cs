using System.Text.Json.Nodes;
using Cli.Client;
using EndToEnd.Tests.Running;
using Lab;
using Lab.Cluster;
using Lab.Hosts;

namespace EndToEnd.Tests.Cluster;

/// <summary>A lab of three analyzers on a PostgreSQL of their own, and two agents with the tutorial's tunnel between them. Its tests leave it whole.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterLab : ICollectionFixture<ClusterLab.Lab>
{
    public const string Name = "three analyzers";

    public sealed class Lab : RunningLab
    {
        internal const int Analyzers = 3;
        internal const int Agents = 2;

        private static readonly LabFolder _folder = new(Folder);

        private protected override string[] UpOptions => ["--analyzers", $"{Analyzers}", "--agents", $"{Agents}"];

        /// <summary>A client of each analyzer, by its name.</summary>
        internal IReadOnlyDictionary<string, SkydiveClient> Clients { get; } =
            Enumerable.Range(0, Analyzers).ToDictionary(i => $"analyzer{i + 1}", i => global::Lab.LabCluster.Client(HttpPort + i));

        public override async Task DisposeAsync()
        {
            foreach (var client in Clients.Values)
            {
                client.Dispose();
            }

            await base.DisposeAsync();
        }

        internal static LabHost Host(string name) => _folder.Load().Hosts.Single(host => host.Name == name);

        /// <summary>A command on a host, by a shell there.</summary>
        internal static Task<string> ShellAsync(string host, string command) => Host(host).RunAsync(["sh", "-c", command]);

        internal static async Task<string> SqlAsync(string sql) => (await PostgreSql.QueryAsync(Host(LabPlan.Database), sql, CancellationToken.None)).Trim();

        /// <summary>A lab command that must do what it's asked.</summary>
        internal static async Task DoAsync(string command, params string[] arguments)
        {
            var run = await CommandAsync(command, arguments);
            run.ExitCode.ShouldBe(0, $"{command} {string.Join(' ', arguments)}: {run.Errors}{run.Output}");
        }

        /// <summary>Waits until all are members, as all analyzers see it, all is stored where it should be, and the tutorial's captures run.</summary>
        internal async Task WholeAsync(int seconds = 90)
        {
            foreach (var (name, client) in Clients)
            {
                await EventuallyAsync($"{name} sees {Analyzers} analyzers and {Agents} agents, and is ready", async () =>
                {
                    var members = (await client.StatusAsync(CancellationToken.None))["Cluster"]!["Members"]!.AsArray();
                    return members.Count == Analyzers + Agents
                        && members.All(member => member!["Status"]!.ToString() == "Up" && member["Reachable"]!.GetValue<bool>())
                        && await client.IsReadyAsync(CancellationToken.None);
                }, seconds);
                await EventuallyAsync($"{name} sees the captures run", async () => await ActiveCapturesAsync(client) == 3, seconds);
            }
        }

        private static async Task<int> ActiveCapturesAsync(SkydiveClient client) =>
            (await client.ElementsAsync("G.V().HasKey('Captures')", CancellationToken.None))
                .Sum(node => ((JsonArray)node["Metadata"]!["Captures"]!).Count(capture => capture!["State"]?.ToString() == "active"));
    }
}
