using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Analyzer.Node.Host;
using Analyzer.Node.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Http;

/// <summary>A whole analyzer in this process, on a database of its own, with a graph and flows as an agent tells them.</summary>
public class RunningAnalyzer : IAsyncLifetime
{
    /// <summary>HOCON that wins over the rest; the database's folder is made before it's asked for.</summary>
    private protected virtual string Settings => "";

    /// <summary>What a client of this analyzer is made of.</summary>
    private protected virtual HttpMessageHandler Handler() => new SocketsHttpHandler();

    /// <summary>Gets what the analyzer logs.</summary>
    private protected virtual Serilog.ILogger Log => Serilog.Core.Logger.None;

    /// <summary>UUID of a tunnel's flow.</summary>
    internal const string Outer = "000000000000000a";

    /// <summary>UUID of the flow inside.</summary>
    internal const string Inner = "000000000000000b";

    private protected readonly string _folder = Directory.CreateTempSubdirectory("skydive-test-").FullName;
    private readonly string _storage;
    private readonly TaskCompletionSource _agentAccepted = new();
    private WebApplication _analyzer = null!;

    public RunningAnalyzer() => _storage = $"file = \"{_folder}/test.db\"";

    /// <param name="storage">What the section <c>storage</c> says.</param>
    internal RunningAnalyzer(string storage) => _storage = storage;

    internal HttpClient Http { get; private set; } = null!;

    internal Uri Address { get; private set; } = null!;

    private ActorSystem System => _analyzer.Services.GetRequiredService<ActorSystem>();

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "index.html"), "<title>page</title>");
        await StartAsync();
        var agent = System.ActorOf(Props.Create(() => new Agent(_agentAccepted)));
        await _agentAccepted.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Tell(agent, Sync(("h", "host", "agent1", ""), ("e", "device", "eth1", "tid-e")));
        Tell(agent, Flows());
        await UntilAsync("the graph with the fabric linked to eth1", async () => (await QueryAsync("G.V().Has('Probe', 'fabric').Out().Has('Name', 'eth1')")).AsArray().Count == 1);
        await UntilAsync("the flows", async () => (await QueryAsync("G.Flows().Count()")).GetValue<int>() == 2);
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts the analyzer, again with what it stored but without the agent.</summary>
    internal async Task StartAsync()
    {
        // The system chooses the port, so the analyzer can't know itself as its seed before it's there.
        var config = SkydiveConfig.Parse($$"""
            akka { remote.dot-netty.tcp.port = 0, cluster.seed-nodes = [] }
            skydive {
              host-id = analyzer1
              log.level = warning
              analyzer {
                http { port = 0, web-root = "{{_folder}}", max-body = 2 KiB }
                console.port = 0
                storage { {{_storage}} }
                topology.fabric = ["TOR[Name=tor1] -> PORT", "PORT -> *[Type=host]/eth1"]
                flow-partitions = 2
              }
            }
            {{Settings}}
            """);
        _analyzer = AnalyzerHost.Build(new AnalyzerConfiguration(config, config.Analyzer.Fabric), config.Analyzer.Seeds, Log);
        await _analyzer.StartAsync();
        var cluster = Cluster.Get(System);
        cluster.Join(cluster.SelfAddress);
        Address = new Uri(_analyzer.Urls.First());
        Http = new HttpClient(Handler()) { BaseAddress = Address };
        await UntilAsync("ready", async () => (await Http.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    internal async Task StopAsync()
    {
        Http.Dispose();
        await _analyzer.StopAsync();
        await _analyzer.DisposeAsync();
    }

    internal async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    internal async Task<JsonNode> QueryAsync(string gremlin)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/api/topology", new JsonObject { ["GremlinQuery"] = gremlin }.ToJsonString());
        status.ShouldBe(HttpStatusCode.OK, body?.ToJsonString());
        return body!;
    }

    internal static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException("still waiting for " + what);
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    internal void Tell(UpdateFlows update) => Tell(ActorRefs.NoSender, update);

    private void Tell(IActorRef? agent, object message) =>
        ClusterSharding.Get(System).ShardRegion(message is UpdateFlows ? FlowShards.RegionName : TopologyShards.RegionName).Tell(message, agent);

    private static SyncGraph Sync(params (string Id, string Type, string Name, string Tid)[] nodes)
    {
        var sync = new SyncGraph { Host = "agent1", Session = "s", Sequence = 1 };
        foreach (var (id, type, name, tid) in nodes)
        {
            var metadata = Metadata.Create(("Type", type), ("Name", name));
            var node = new TopologyNode { Id = id, Host = "agent1", Origin = "agent.agent1", Metadata = tid.Length > 0 ? metadata.Set("TID", tid) : metadata };
            sync.Nodes.Add(node.ToMessage());
            if (id != nodes[0].Id)
            {
                sync.Edges.Add(Relations.Link(new TopologyNode { Id = nodes[0].Id }, node, Relations.Ownership, "agent1", "agent.agent1", 1).ToMessage());
            }
        }

        return sync;
    }

    private static UpdateFlows Flows()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return new UpdateFlows
        {
            Partition = 1,
            Host = "agent1",
            Session = "s",
            Sequence = 1,
            Block = TestFlows.Block(
            [
                new Flow { Uuid = Outer, LayersPath = "Ethernet/IPv4/GRE", NodeTid = "tid-e", Start = now, Last = now, L3TrackingId = "a" },
                new Flow { Uuid = Inner, ParentUuid = Outer, LayersPath = "Ethernet/IPv4/ICMPv4", NodeTid = "tid-e", Start = now, Last = now + 1, L3TrackingId = "b" },
            ]),
        };
    }

    // Registers again until the region has found the host's entity.
    private sealed class Agent : ReceiveActor, IWithTimers
    {
        public Agent(TaskCompletionSource accepted)
        {
            Receive<string>(_ => ClusterSharding.Get(Context.System).ShardRegion(TopologyShards.RegionName).Tell(new RegisterAgent { Host = "agent1", Session = "s" }));
            Receive<AgentAccepted>(_ =>
            {
                Timers.CancelAll();
                accepted.TrySetResult();
            });
            ReceiveAny(_ => { });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("register", "register", TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
