using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Analyzer.Node.Host;
using Analyzer.Node.Tests.Http;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Export;

/// <summary>Two analyzers of one cluster, on one database, each with a receiver of its own.</summary>
public sealed class SeveralAnalyzersTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const int Partitions = 8;
    private const int FlowsOfPartition = 25;

    private readonly UdpClient[] _receivers = [new(new IPEndPoint(IPAddress.Loopback, 0)), new(new IPEndPoint(IPAddress.Loopback, 0))];
    private readonly IpfixReader[] _readers = [new(), new()];
    private readonly List<WebApplication> _analyzers = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-test-").FullName;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "index.html"), "<title>page</title>");
    }

    public async Task DisposeAsync()
    {
        foreach (var analyzer in _analyzers)
        {
            await analyzer.StopAsync();
            await analyzer.DisposeAsync();
        }

        foreach (var receiver in _receivers)
        {
            receiver.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Theory, OnPostgres]
    public async Task Each_flow_is_exported_once_by_the_analyzer_that_has_it_and_the_status_says_how_many(StoreKind kind)
    {
        kind.ShouldBe(StoreKind.Postgres);
        var storage = $"provider = postgresql, connection-string = \"{await postgres.DatabaseAsync()}\"";
        var first = await StartAsync(0, storage);
        var second = await StartAsync(1, storage);
        Cluster.Get(first).Join(Cluster.Get(first).SelfAddress);
        Cluster.Get(second).Join(Cluster.Get(first).SelfAddress);
        await RunningAnalyzer.UntilAsync("both are up", () => Task.FromResult(Cluster.Get(first).State.Members.Count(member => member.Status == MemberStatus.Up) == 2));

        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var teller = Inbox.Create(first);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var flows = Enumerable.Range(0, FlowsOfPartition).Select(i => TestFlows.Flow(Uuid(partition, i), last: now)).ToList();
            await TellAsync(teller, first, partition, TestFlows.Update(flows));
        }

        await RunningAnalyzer.UntilAsync("all records", async () => await ReadAsync() >= Partitions * FlowsOfPartition);
        await Task.Delay(1000);
        (await ReadAsync()).ShouldBe(Partitions * FlowsOfPartition);

        var regions = new[] { first, second };
        for (var i = 0; i < 2; i++)
        {
            var state = await ClusterSharding.Get(regions[i]).ShardRegion(FlowShards.RegionName).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(20));
            var partitions = state.Shards.SelectMany(shard => shard.EntityIds).Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
            partitions.ShouldNotBeEmpty();
            _readers[i].Records.Select(record => record.Number(1, IpfixValues.Own)).Order().ShouldBe(
                partitions.SelectMany(partition => Enumerable.Range(0, FlowsOfPartition).Select(n => Convert.ToUInt64(Uuid(partition, n), 16))).Order());
            _readers[i].Domain.ShouldBe((uint)i + 1);

            using var http = new HttpClient();
            var export = JsonNode.Parse(await http.GetStringAsync(new Uri(new Uri(_analyzers[i].Urls.First()), "/api/status")))!["Export"]!;
            export.ToJsonString().ShouldBe($$$"""{"ParentsUnknown":0,"Targets":[{"Target":"udp://127.0.0.1:{{{Port(i)}}}","State":"sending","Sent":{{{_readers[i].Records.Count}}},"Dropped":0}]}""");
        }
    }

    private static string Uuid(int partition, int number) => $"{(partition * 1000) + number + 1:x}";

    // The region may still be looking for the partition.
    private static async Task TellAsync(Inbox teller, ActorSystem system, int partition, UpdateFlows update)
    {
        (update.Partition, update.Session) = (partition, $"s{partition}");
        await RunningAnalyzer.UntilAsync($"partition {partition} has stored its flows", () =>
        {
            ClusterSharding.Get(system).ShardRegion(FlowShards.RegionName).Tell(update, teller.Receiver);
            try
            {
                return Task.FromResult(teller.Receive(TimeSpan.FromSeconds(5)) is FlowsStored stored && stored.Partition == partition);
            }
            catch (TimeoutException)
            {
                return Task.FromResult(false);
            }
        });
    }

    private int Port(int analyzer) => ((IPEndPoint)_receivers[analyzer].Client.LocalEndPoint!).Port;

    private async Task<int> ReadAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            while (_receivers[i].Available > 0)
            {
                _readers[i].Read((await _receivers[i].ReceiveAsync()).Buffer);
            }
        }

        return _readers.Sum(reader => reader.Records.Count);
    }

    private async Task<ActorSystem> StartAsync(int number, string storage)
    {
        var config = SkydiveConfig.Parse($$"""
            akka { remote.dot-netty.tcp.port = 0, cluster.seed-nodes = [] }
            skydive {
              host-id = analyzer{{number + 1}}
              log.level = warning
              analyzer {
                http { port = 0, web-root = "{{_folder}}" }
                console.port = 0
                storage { {{storage}} }
                flow-partitions = {{Partitions}}
                export.ipfix { targets = ["udp://127.0.0.1:{{Port(number)}}"], observation-domain = {{number + 1}} }
              }
            }
            """);
        var analyzer = AnalyzerHost.Build(new AnalyzerConfiguration(config, config.Analyzer.Fabric), config.Analyzer.Seeds, Serilog.Core.Logger.None);
        await analyzer.StartAsync();
        _analyzers.Add(analyzer);
        return analyzer.Services.GetRequiredService<ActorSystem>();
    }
}
